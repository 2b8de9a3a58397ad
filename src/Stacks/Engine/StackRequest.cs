using Lamina.Stacks.Evaluation;

namespace Lamina.Stacks.Engine;

/// <summary>What a client wants a stack to be.</summary>
public sealed record StackRequest
{
    /// <summary>Of an existing stack also its ARN.</summary>
    public required string StackName { get; init; }

    /// <summary>Null with <see cref="UsesPreviousTemplate"/>.</summary>
    public required string? TemplateBody { get; init; }

    public bool UsesPreviousTemplate { get; init; }

    public IReadOnlyList<GivenParameter> Parameters { get; init; } = [];

    /// <summary>Null keeps those of the stack.</summary>
    public IReadOnlyList<StackTag>? Tags { get; init; }

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>Null keeps those of the stack.</summary>
    public IReadOnlyList<string>? NotificationArns { get; init; }

    public string? RoleArn { get; init; }

    public string? ClientToken { get; init; }

    public bool DisablesRollback { get; init; }

    /// <summary><c>ROLLBACK</c>, <c>DELETE</c> or <c>DO_NOTHING</c>.</summary>
    public string? OnFailure { get; init; }

    public int? TimeoutMinutes { get; init; }

    /// <summary>The stack policy as JSON: of a new stack, or of one whose update has succeeded.</summary>
    public string? Policy { get; init; }

    /// <summary>The stack policy that counts for this update alone.</summary>
    public string? PolicyDuringUpdate { get; init; }

    public bool TerminationProtection { get; init; }

    /// <summary>Types that may be used, with <c>*</c> at the end of one; empty: all.</summary>
    public IReadOnlyList<string> ResourceTypes { get; init; } = [];

    /// <summary>Whether the client sees the transformed template before it is used, so that it need not agree to transforms in advance.</summary>
    public bool IsReviewed { get; init; }
}
