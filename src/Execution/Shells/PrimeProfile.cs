using System.Collections.Immutable;
using Lamina.Functions;

namespace Lamina.Execution.Shells;

/// <summary>
/// What is known of one function version's imports out of layers, and the shell that has made them. Guarded by the lock of the primed shells.
/// </summary>
internal sealed class PrimeProfile(FunctionVersion function, string key)
{
    /// <summary>Until one was made: NumPy's size.</summary>
    private const long FirstGuess = 64L << 20;

    public FunctionVersion Function { get; set; } = function;

    /// <summary>Of the configuration that all this is known of.</summary>
    public string Key => key;

    /// <summary>In the order in which the function's code made them.</summary>
    public ImmutableArray<LearntImport> Imports { get; set; } = [];

    /// <summary>Why no shell is primed for it until its configuration changes.</summary>
    public string? Fault { get; set; }

    /// <summary>
    /// The <see cref="FunctionVersion.EnvironmentKey"/> of code in which something would have been found before what was imported; null for
    /// other code.
    /// </summary>
    public string? CoveredBy { get; set; }

    /// <summary>Cold starts that could have used it.</summary>
    public long Starts { get; set; }

    public long LastUsed { get; set; }

    /// <summary>Until when none is tried, after one could not be made.</summary>
    public long BrokenUntil { get; set; }

    /// <summary>Its imports did not end in time once.</summary>
    public bool HasTimedOut { get; set; }

    public double Worth { get; set; }

    public long BytesOfOne { get; set; } = FirstGuess;

    public PrimedShell? Ready { get; set; }

    public TimeSpan Cost => Imports.Aggregate(TimeSpan.Zero, static (sum, import) => sum + import.Duration);

    public PrimedShell? Take()
    {
        PrimedShell? taken = Ready;
        Ready = null;
        return taken;
    }
}
