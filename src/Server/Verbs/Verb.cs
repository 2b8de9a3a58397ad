using System.CommandLine;

namespace Lamina.Server.Verbs;

/// <summary>A verb of `lamina` that the server's program runs; its help ends with examples that can be typed as they stand.</summary>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;
}
