using System.Collections.Immutable;
using Lamina.Images;
using Lamina.Sandbox;

namespace Lamina.Execution.Environments;

/// <summary>How a runtime starts a function of archives, and what is shown to it besides.</summary>
internal sealed record RuntimeLaunch
{
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Our runtime client stands in /var/runtime.</summary>
    public required bool ShowsOurClient { get; init; }

    /// <summary>Whether AWS_LAMBDA_EXEC_WRAPPER is started by us: bootstraps see to it themselves, or have none.</summary>
    public required bool TakesWrapper { get; init; }

    /// <summary>Empty for the machine's own root.</summary>
    public required ImmutableArray<string> RootLayers { get; init; }

    public required ImmutableArray<HostBind> Binds { get; init; }

    /// <summary>What the root or the interpreter comes from, held until the environment is gone.</summary>
    public required ImageLease? Image { get; init; }

    /// <param name="interpreter">What of the machine has to be shown for it.</param>
    /// <param name="isCustom">The command is a bootstrap of the function's or of a layer's.</param>
    public static RuntimeLaunch OfMachine(ImmutableArray<string> command, HostBind? interpreter, bool isCustom) => new()
    {
        Command = command,
        ShowsOurClient = !isCustom,
        TakesWrapper = !isCustom,
        RootLayers = [],
        Binds = interpreter is null ? [] : [interpreter],
        Image = null,
    };

    /// <summary>In the runtime's root, or by our client with its interpreter at /var/lang.</summary>
    /// <param name="bootstrap">Of the function's or of a layer's, for a custom runtime; empty for others.</param>
    public static RuntimeLaunch OfAdded(AddedRuntime added, ImageLease? lease, string family, ImmutableArray<string> bootstrap)
    {
        AddedLaunch launch = AddedLaunch.Of(added, lease);
        return new RuntimeLaunch
        {
            Command = bootstrap.IsEmpty ? launch.CommandFor(family) : bootstrap,
            ShowsOurClient = !added.IsRoot,
            TakesWrapper = !added.IsRoot,
            RootLayers = launch.RootLayers,
            Binds = launch.Binds,
            Image = lease,
        };
    }
}
