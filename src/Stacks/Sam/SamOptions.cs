using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>What a transformation needs to know beside the template.</summary>
public sealed class SamOptions(string region, TimeProvider time)
{
    // As AWS's transform knows partitions: by how the region's name begins.
    private static readonly (string Prefix, string Partition)[] Partitions =
    [
        ("cn-", "aws-cn"), ("us-iso-", "aws-iso"), ("us-isob", "aws-iso-b"), ("us-gov", "aws-us-gov"), ("eu-isoe", "aws-iso-e"),
        ("us-isof", "aws-iso-f"), ("eusc-", "aws-eusc"),
    ];

    /// <summary>The region that the template is for, like <c>eu-central-1</c>.</summary>
    public string Region { get; } = region;

    public string Partition { get; } = Partitions.FirstOrDefault(
        known => region.StartsWith(known.Prefix, StringComparison.OrdinalIgnoreCase)).Partition ?? "aws";

    /// <summary>Gives a deployment that is always made anew (<c>AlwaysDeploy</c>) its time.</summary>
    internal TimeProvider Time { get; } = time;

    internal Dictionary<string, TemplateNode> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>Edge-optimised APIs exist in AWS's public partition only.</summary>
    internal bool HasEdgeEndpoints => !Partition.StartsWith("aws-iso", StringComparison.Ordinal) && Partition is not ("aws-us-gov" or "aws-cn" or "aws-eusc");

    /// <summary>Gives a parameter of the template a value.</summary>
    public void SetParameter(string name, string value) => Parameters[name] = value;
}
