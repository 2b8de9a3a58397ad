namespace Lamina.EndToEnd.Tests;

/// <summary>A row of the table: one runtime, how its function is made, and in what it differs from the others.</summary>
internal sealed record TableRuntime
{
    public required string Name { get; init; }

    /// <summary>As functions name it: <c>ruby3.2</c>.</summary>
    public required string Id { get; init; }

    public string Handler { get; init; } = "bootstrap";

    /// <summary>Puts the code into a folder. What is missing on the machine skips the row.</summary>
    public required Func<string, Task> BuildAsync { get; init; }

    /// <summary>Puts what its documented folders are to hold into a layer's folder, beside bin and lib.</summary>
    public Func<string, Task>? BuildLayerAsync { get; init; }

    /// <summary>What the function found in the layer; null when it is an example, which looks for nothing.</summary>
    public string[]? FoundInLayer { get; init; }

    public required string ErrorType { get; init; }

    /// <summary>The members of the error document.</summary>
    public required string[] ErrorMembers { get; init; }

    /// <summary>A line of the text log that says <c>said</c>.</summary>
    public string? TextLine { get; init; }

    /// <summary>The members of a line of the JSON log, and among them the one that names the level.</summary>
    public string[] JsonMembers { get; init; } = [];

    public string JsonLevel { get; init; } = "WARN";

    /// <summary>The variables beyond those that every process has, or other than theirs, by patterns for the whole value.</summary>
    public Dictionary<string, string> Variables { get; init; } = [];

    public int MemoryMiB { get; init; } = 256;

    public int Invocations { get; init; } = 1_000;

    /// <summary>By how much more memory than after the first hundred it may use after all of them: a collector runs when it likes.</summary>
    public int GrowthMiB { get; init; } = 8;

    public bool IsExample => FoundInLayer is null;

    /// <summary>What is asked of it.</summary>
    public IEnumerable<string> Cases => IsExample
        ? ["hello", "error", "many", "payload", "timeout"]
        : ["hello", "error", "context", "environment", "layer", "text log", "JSON log", "many", "payload", "timeout"];
}
