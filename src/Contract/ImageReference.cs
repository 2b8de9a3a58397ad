using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Lamina.Contract;

/// <summary>An image's name as container tools write it: <c>[HOST[:PORT]/]PATH[:TAG][@sha256:DIGEST]</c>.</summary>
public sealed partial record ImageReference
{
    /// <summary>Bytes of a repository's name (OCI distribution specification: registries may stop at 255).</summary>
    private const int MaxRepository = 255;

    /// <summary>Host and path, without tag and digest.</summary>
    public required string Repository { get; init; }

    public required string? Tag { get; init; }

    public required Sha256? Digest { get; init; }

    /// <summary>The registry's host, with its port if it names one; null for a name without a host.</summary>
    public string? Host => HostEnd is var end && end > 0 ? Repository[..end] : null;

    /// <summary>The repository within its registry.</summary>
    public string Path => Repository[(HostEnd > 0 ? HostEnd + 1 : 0)..];

    /// <summary>In one of AWS's private registries, the only ones from which Lambda itself takes images.</summary>
    public bool IsElasticContainerRegistry => Host is { } host && ElasticHost().IsMatch(host);

    // As container tools tell a host from a first folder: by a dot, by a port, or by this one name.
    private int HostEnd
    {
        get
        {
            int end = Repository.IndexOf('/', StringComparison.Ordinal);
            return end > 0 && (Repository.AsSpan(0, end).IndexOfAny('.', ':') >= 0 || Repository.AsSpan(0, end) is "localhost") ? end : -1;
        }
    }

    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference)
    {
        Match match = text is null ? Match.Empty : Form().Match(text);
        Group digest = match.Groups["digest"];
        reference = match.Success && match.Groups["repository"].Length <= MaxRepository
            ? new ImageReference
            {
                Repository = match.Groups["repository"].Value,
                Tag = match.Groups["tag"] is { Success: true } tag ? tag.Value : null,
                Digest = digest.Success ? Sha256.Parse(digest.Value) : null,
            }
            : null;
        return reference is not null;
    }

    public override string ToString() =>
        $"{Repository}{(Tag is null ? "" : $":{Tag}")}{(Digest is { } digest ? $"@sha256:{digest}" : "")}";

    [GeneratedRegex(
        @"\A(?<repository>(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)"
        + @"(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@sha256:(?<digest>[0-9a-f]{64}))?\z",
        RegexOptions.NonBacktracking)]
    private static partial Regex Form();

    [GeneratedRegex(@"\A[0-9]{12}\.dkr[.-]ecr[a-z.-]*\.[a-z0-9-]+\.(?:amazonaws\.com|on\.aws)(?:\.cn)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex ElasticHost();
}
