namespace Lamina.Stacks.Engine;

/// <summary>A resource of a stack as the catalog keeps it: what is there, what was there before the operation under way, and what is being tried.</summary>
public sealed record ResourceDocument
{
    public required string LogicalId { get; init; }

    public required string Type { get; init; }

    public required string Status { get; init; }

    public string? StatusReason { get; init; }

    public required DateTimeOffset Changed { get; init; }

    /// <summary>Null before it is made, and once it is deleted.</summary>
    public PhysicalResource? Current { get; init; }

    /// <summary>What was there when the operation of <see cref="StepOf"/> first touched it; null when that operation made it, or none is under way.</summary>
    public PhysicalResource? Former { get; init; }

    /// <summary>What is under way, or failed half-way.</summary>
    public ResourceAttempt? Attempt { get; init; }

    /// <summary>What a rollback left aside, for its clean-up to delete.</summary>
    public PhysicalResource? Discarded { get; init; }

    /// <summary>What operations that failed had made, and a later one replaced again: the clean-up deletes it.</summary>
    public IReadOnlyList<PhysicalResource> Leftovers { get; init; } = [];

    /// <summary>The token of the operation that touched it last.</summary>
    public string? StepOf { get; init; }

    /// <summary>The Metadata of the template as JSON.</summary>
    public string? Metadata { get; init; }

    /// <summary>The physical id as clients see it, also while it is made and after it is deleted.</summary>
    public string? PhysicalId { get; init; }
}

/// <summary>What a resource is outside its stack.</summary>
public sealed record PhysicalResource
{
    public required string Type { get; init; }

    public required string PhysicalId { get; init; }

    /// <summary>Evaluated, as JSON.</summary>
    public required string Properties { get; init; }

    /// <summary>What Fn::GetAtt gives, as JSON.</summary>
    public required string Attributes { get; init; }

    /// <summary>Logical ids.</summary>
    public required IReadOnlyList<string> Needs { get; init; }

    public required string DeletionPolicy { get; init; }

    public required string UpdateReplacePolicy { get; init; }
}

/// <summary>A creation or a change that has begun. It is written before the first call, so that a restart knows of it.</summary>
public sealed record ResourceAttempt
{
    public required bool IsCreation { get; init; }

    /// <summary>The physical name, for types whose resources have a name.</summary>
    public required string Name { get; init; }

    /// <summary>By which the type finds again what it made, where the name alone does not tell.</summary>
    public required string? Mark { get; init; }

    /// <summary>Evaluated, as JSON.</summary>
    public required string Properties { get; init; }

    public required IReadOnlyList<string> Needs { get; init; }

    /// <summary>Of a change: whether what is there is not known, because an earlier change ended half-way.</summary>
    public bool IsDoubtful { get; init; }

    /// <summary>The physical id, once something is there.</summary>
    public string? Made { get; init; }

    /// <summary>The same for calls that are made again after a restart.</summary>
    public required string Token { get; init; }
}

/// <summary>Something that happened to a stack or to one of its resources.</summary>
public sealed record StackEvent
{
    public required string EventId { get; init; }

    public required string LogicalId { get; init; }

    public required string PhysicalId { get; init; }

    public required string Type { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string Status { get; init; }

    public string? Reason { get; init; }

    public string? Properties { get; init; }

    public string? ClientToken { get; init; }
}
