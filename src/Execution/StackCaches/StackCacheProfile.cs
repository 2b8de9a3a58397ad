using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Execution.StackCaches;

/// <summary>What is known of the functions that may share one cache. Guarded by the lock of the caches.</summary>
/// <param name="plan">Of which cache.</param>
/// <param name="known">What the cache was made of that is there already.</param>
internal sealed class StackCacheProfile(StackCachePlan plan, IEnumerable<string> known)
{
    /// <summary>Functions that are named; and how many are remembered to have been heard: those that were forgotten are heard once more.</summary>
    private const int MaxFunctions = 64;

    /// <summary>A function that loads another thing at every start is not followed for ever.</summary>
    private const int MaxMakings = 8;

    private readonly HashSet<string> _heard = new(StringComparer.Ordinal);
    private readonly HashSet<string> _functions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _units = new(known, StringComparer.Ordinal);
    private int _makings;

    public StackCachePlan Plan => plan;

    /// <summary>One of the functions, whose layers are those of the cache.</summary>
    public required FunctionVersion Function { get; set; }

    /// <summary>What is to be loaded, in the order in which it was.</summary>
    public ImmutableArray<string> Units { get; private set; } = [.. known];

    /// <summary>Something was learnt since it was made last.</summary>
    public bool IsWanted { get; private set; }

    public TimeSpan Duration { get; private set; }

    /// <summary>Why none is made any more.</summary>
    public string? Fault { get; set; }

    /// <summary>Until when none is tried, after one could not be made.</summary>
    public long BrokenUntil { get; set; }

    public bool HasTimedOut { get; set; }

    public long LastUsed { get; set; }

    public IReadOnlyCollection<string> Functions => _functions;

    /// <summary>Nothing was heard of this code with this configuration yet.</summary>
    public bool IsAwaited(FunctionVersion function) => Fault is null && !_heard.Contains(function.EnvironmentKey);

    public void Name(string function)
    {
        if (_functions.Count < MaxFunctions)
        {
            _functions.Add(function);
        }
    }

    public void Add(FunctionVersion function, StackReport report)
    {
        if (_heard.Count == MaxFunctions)
        {
            _heard.Clear();
        }

        _heard.Add(function.EnvironmentKey);
        ImmutableArray<string> added = [.. report.Units.Where(_units.Add).Take(Limits.StackCacheUnits - Units.Length)];
        Units = Units.AddRange(added);
        Duration = report.Duration > Duration ? report.Duration : Duration;
        IsWanted |= added.Length > 0;
    }

    /// <summary>The cache is gone.</summary>
    public void Miss() => IsWanted |= !Units.IsEmpty;

    /// <summary>It is being made of all that is known now.</summary>
    public void Begin()
    {
        IsWanted = false;
        if (++_makings == MaxMakings)
        {
            Fault = "what functions load out of these layers changes all the time";
        }
    }
}
