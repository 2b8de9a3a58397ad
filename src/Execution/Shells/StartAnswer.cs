using System.Collections.Immutable;
using System.Text;

namespace Lamina.Execution.Shells;

/// <summary>What a waiting interpreter is told.</summary>
/// <param name="Variables">Each as NAME=value, ended by NUL; behind an empty one, properties that only .NET has.</param>
/// <param name="Imports">Modules to import before it asks again; none when it is to serve now.</param>
/// <param name="WantsReport">Whether it is to say what it imports out of layers.</param>
internal sealed record StartAnswer(ReadOnlyMemory<byte> Variables, ImmutableArray<string> Imports, bool WantsReport)
{
    /// <summary>Layers have path files of Python's, for which it need not look where there are none.</summary>
    public bool HasPathFiles { get; init; }

    /// <summary>In the place of variables stands what it is to load, for a cache of its layers.</summary>
    public bool MakesStackCache { get; init; }

    /// <param name="properties">What AppContext of .NET is to hold, as NAME=value.</param>
    public static ReadOnlyMemory<byte> Encode(ImmutableArray<string> variables, ImmutableArray<string> properties) =>
        Encode(properties.IsEmpty ? variables : [.. variables, "", .. properties]);

    /// <param name="variables">As NAME=value.</param>
    public static ReadOnlyMemory<byte> Encode(ImmutableArray<string> variables) =>
        Encoding.UTF8.GetBytes(string.Concat(variables.Select(static variable => variable + "\0")));
}
