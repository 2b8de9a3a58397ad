using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>One resource of a template, as it is written: nothing is evaluated.</summary>
internal sealed record TemplateResource
{
    public required string LogicalId { get; init; }

    public required string Type { get; init; }

    public required TemplateMap Properties { get; init; }

    public required string? Condition { get; init; }

    /// <summary>What DependsOn names; references in the properties are found by the <see cref="ResourceGraph"/>.</summary>
    public required IReadOnlyList<string> DependsOn { get; init; }

    /// <summary><c>Delete</c>, <c>Retain</c>, <c>RetainExceptOnCreate</c> or <c>Snapshot</c>.</summary>
    public required string DeletionPolicy { get; init; }

    public required string UpdateReplacePolicy { get; init; }

    public required TemplateMap? Metadata { get; init; }
}
