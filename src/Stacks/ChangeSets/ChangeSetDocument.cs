using Lamina.Stacks.Engine;

namespace Lamina.Stacks.ChangeSets;

/// <summary>A change of a stack that waits to be executed.</summary>
public sealed record ChangeSetDocument
{
    /// <summary>The ARN: <c>arn:aws:cloudformation:REGION:ACCOUNT:changeSet/NAME/GUID</c>.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string StackId { get; init; }

    public required string StackName { get; init; }

    /// <summary><c>CREATE_COMPLETE</c> or <c>FAILED</c>.</summary>
    public required string Status { get; init; }

    public required string? StatusReason { get; init; }

    /// <summary><c>AVAILABLE</c>, <c>UNAVAILABLE</c>, <c>EXECUTE_IN_PROGRESS</c> or <c>OBSOLETE</c>.</summary>
    public required string ExecutionStatus { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required string? Description { get; init; }

    public required bool IsCreation { get; init; }

    public required string? ClientToken { get; init; }

    /// <summary><c>ROLLBACK</c>, <c>DELETE</c>, <c>DO_NOTHING</c> or null.</summary>
    public required string? OnStackFailure { get; init; }

    /// <summary>Whether what fails is to be left where it is.</summary>
    public bool DisablesRollback { get; init; }

    /// <summary>Null where the template could not be read.</summary>
    public required StackDefinition? Definition { get; init; }

    public required IReadOnlyList<ResourceChange> Changes { get; init; }
}

/// <summary>What a change set would do to one resource.</summary>
/// <param name="Action"><c>Add</c>, <c>Modify</c> or <c>Remove</c>.</param>
/// <param name="Replacement"><c>True</c>, <c>False</c> or <c>Conditional</c>; null where nothing is modified.</param>
/// <param name="Scope">Of Properties, Metadata, Tags, …: what is modified.</param>
public sealed record ResourceChange(
    string Action, string LogicalId, string? PhysicalId, string Type, string? Replacement, IReadOnlyList<string> Scope, IReadOnlyList<PropertyChange> Details);

/// <param name="Recreation"><c>Never</c>, <c>Conditionally</c> or <c>Always</c>.</param>
/// <param name="Evaluation"><c>Static</c>, or <c>Dynamic</c> where the value is known only when it is executed.</param>
/// <param name="CausingEntity">The resource or parameter that the value comes from.</param>
public sealed record PropertyChange(string Property, string Recreation, string Evaluation, string? CausingEntity);
