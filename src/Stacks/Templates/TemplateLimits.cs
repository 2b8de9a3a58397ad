namespace Lamina.Stacks.Templates;

/// <summary>How large a template may be.</summary>
internal static class TemplateLimits
{
    /// <summary>1 MB, the largest template that CloudFormation takes (from S3).</summary>
    public const int Bytes = 1_000_000;

    /// <summary>Levels of maps and lists. CloudFormation names no number; the deepest API documents in use have some thirty.</summary>
    public const int Depth = 100;

    /// <summary>Values after every alias has been replaced by what it stands for: ten times what fits a file without aliases.</summary>
    public const int Values = 500_000;
}
