using System.Collections.Immutable;

namespace Lamina.Companions.Logs;

/// <summary>A log group as it is stored. Its streams and events lie in files of their own; see <see cref="GroupLog"/>.</summary>
public sealed record LogGroup
{
    public required string Name { get; init; }

    public required string Account { get; init; }

    public required string Region { get; init; }

    /// <summary>Milliseconds since 1970, as all times of this service.</summary>
    public required long CreationTime { get; init; }

    /// <summary>The folder of its events: a group made again under the same name has another one.</summary>
    public required string Folder { get; init; }

    public required string Class { get; init; }

    /// <summary>Null: events are kept as long as there is room.</summary>
    public int? RetentionInDays { get; init; }

    public string? KmsKeyId { get; init; }

    public bool DeletionProtectionEnabled { get; init; }

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public string Arn => $"arn:aws:logs:{Region}:{Account}:log-group:{Name}";
}
