using System.Globalization;

namespace Lamina.Execution.Shells;

/// <summary>How it stands with the imports in advance for one function version.</summary>
/// <param name="Function">Its ARN, qualified by the version.</param>
/// <param name="Imports">Modules, in the order in which they are imported.</param>
/// <param name="Duration">What importing them took.</param>
/// <param name="Ready">An interpreter waits that has imported them.</param>
/// <param name="Missing">There is to be one; it is made when there is nothing else to do.</param>
/// <param name="Bytes">Memory that it holds.</param>
/// <param name="Fault">Why none is made as long as the configuration stays as it is; null where nothing is in the way.</param>
public sealed record PrimedReport(
    string Function, IReadOnlyList<string> Imports, TimeSpan Duration, bool Ready, bool Missing, long Bytes, string? Fault)
{
    /// <summary>A clause for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{string.Join(", ", Imports)}, imported out of its layers in {Duration.TotalMilliseconds:0} ms, {(Fault is null ? "is imported in advance" : $"is not imported in advance: {Fault}")}");
}
