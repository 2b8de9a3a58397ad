using System.Collections.Immutable;

namespace Lamina.Execution.Shells;

/// <summary>How the process of a .NET class library starts, as far as its .deps.json and .runtimeconfig.json decide that.</summary>
/// <param name="Obstacle">Why no waiting process may serve it, as a clause; null when one may.</param>
/// <param name="Variables">By which a waiting process is started as these files would have it, as NAME=value.</param>
/// <param name="Properties">What AppContext holds of these files, as NAME=value; empty where there are none.</param>
internal sealed record DotnetStart(string? Obstacle, ImmutableArray<string> Variables, ImmutableArray<string> Properties)
{
    /// <summary>For code without the two files, which is started with our client's own.</summary>
    public static DotnetStart Plain { get; } = new(null, [], []);

    public static DotnetStart Of(string obstacle) => new(obstacle, [], []);
}
