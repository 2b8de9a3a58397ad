using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Packaging;

/// <summary>Something that lies beside a template, in a folder or file, and must be in S3 before CloudFormation is given the template.</summary>
public sealed record LocalArtifact
{
    /// <summary>Of the resource; empty for what Globals and <c>AWS::Include</c> name.</summary>
    public required string LogicalId { get; init; }

    /// <summary>The resource's, <c>Globals</c> or <c>AWS::Include</c>.</summary>
    public required string Type { get; init; }

    public required ArtifactKind Kind { get; init; }

    public required ArtifactForm Form { get; init; }

    /// <summary>The keys that lead to the value from the template's root; of a list's item its index, from 0.</summary>
    public required IReadOnlyList<string> Place { get; init; }

    /// <summary>As the template says it: relative to the template's folder.</summary>
    public required string Path { get; init; }

    /// <summary>Of the value; of the resource where the template leaves the value out.</summary>
    public required TemplatePosition Position { get; init; }

    /// <summary>What a build must know; null where the template leaves it open.</summary>
    public string? Runtime { get; init; }

    public string? Architecture { get; init; }

    public string? Handler { get; init; }

    /// <summary><c>Metadata.BuildMethod</c>.</summary>
    public string? BuildMethod { get; init; }

    /// <summary><c>Metadata.SkipBuild</c>.</summary>
    public bool SkipsBuild { get; init; }
}

public enum ArtifactKind
{
    /// <summary>A function's code: always a zip.</summary>
    Code,

    /// <summary>A layer's content: always a zip.</summary>
    Layer,

    /// <summary>Another template, with artifacts of its own.</summary>
    Template,

    /// <summary>A file that goes as it is: an API's definition, a state machine's, a fragment that is included.</summary>
    Document,
}

/// <summary>How the place in S3 is said.</summary>
public enum ArtifactForm
{
    /// <summary><c>s3://bucket/key</c></summary>
    S3Uri,

    /// <summary><c>{S3Bucket, S3Key}</c></summary>
    CodeLocation,

    /// <summary><c>{Bucket, Key}</c></summary>
    BucketAndKey,

    /// <summary><c>https://s3.amazonaws.com/bucket/key</c></summary>
    Url,
}
