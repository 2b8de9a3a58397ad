using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>What a template's intrinsic functions can see.</summary>
internal sealed record EvaluationScope
{
    /// <summary>What Ref gives for parameters, and the pseudo parameters.</summary>
    public required IReadOnlyDictionary<string, TemplateNode> Values { get; init; }

    public required string Region { get; init; }

    /// <summary>A resource that is there, by its logical id; null where it is not.</summary>
    public required Func<string, ResourceValues?> FindResource { get; init; }

    /// <summary>An exported value of another stack; null where there is none.</summary>
    public required Func<string, string?> FindExport { get; init; }

    /// <summary>A value of the Parameter Store; null where there is none.</summary>
    public required Func<string, string?> FindStoredParameter { get; init; }
}

/// <summary>What Ref and Fn::GetAtt give of a resource.</summary>
/// <param name="Reference">The physical id.</param>
/// <param name="FindAttribute">Null for an attribute that the resource does not have.</param>
internal sealed record ResourceValues(string Type, string Reference, Func<string, TemplateNode?> FindAttribute);
