using System.CommandLine;

namespace Lamina.Cli.Commands;

/// <summary>A verb whose help ends with examples that can be typed as they stand.</summary>
internal sealed class Verb : Command
{
    public Verb(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
    }

    public IReadOnlyList<string> Examples { get; }
}
