using System.Text.Json.Serialization;
using Lamina.Contract;

namespace Lamina.Execution;

/// <summary>
/// A runtime that the operator added: either a whole root file system with its own bootstrap, as AWS's base images are, or an interpreter
/// that our runtime client is run with.
/// </summary>
public sealed record AddedRuntime
{
    /// <summary>For example <c>python3.12</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Where it came from, for people to read.</summary>
    public required string From { get; init; }

    /// <summary>The image that has it; null when it lies in <see cref="Folder"/>.</summary>
    public required Sha256? Image { get; init; }

    /// <summary>A folder of this machine; null when an image has it.</summary>
    public required string? Folder { get; init; }

    /// <summary>The interpreter within image or folder, in a folder of programs: <c>bin/python3.12</c>. Null for a root file system.</summary>
    public required string? Program { get; init; }

    /// <summary>Of the interpreter; null for a root file system.</summary>
    public required string? Version { get; init; }

    [JsonIgnore]
    public bool IsRoot => Program is null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(AddedRuntime))]
internal sealed partial class AddedRuntimeJson : JsonSerializerContext;
