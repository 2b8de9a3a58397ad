using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;

namespace Lamina.Stacks.Engine;

/// <summary>A stack as the catalog keeps it.</summary>
public sealed record StackDocument
{
    public required string Account { get; init; }

    public required string Region { get; init; }

    public required string Name { get; init; }

    /// <summary>The ARN.</summary>
    public required string Id { get; init; }

    /// <summary>For whom the stack's resources are made: who created it or changed it last.</summary>
    public required string PrincipalArn { get; init; }

    public string? PrincipalId { get; init; }

    public string? SessionPolicy { get; init; }

    /// <summary>One of <see cref="StackStatus"/>.</summary>
    public required string Status { get; init; }

    public string? StatusReason { get; init; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Updated { get; init; }

    public DateTimeOffset? Deleted { get; init; }

    /// <summary>What the stack is, or is on the way to be.</summary>
    public required StackDefinition Definition { get; init; }

    public required IReadOnlyList<StackOutput> Outputs { get; init; }

    /// <summary>Names of other stacks' exports that this one uses.</summary>
    public required IReadOnlyList<string> Imports { get; init; }

    public required bool TerminationProtection { get; init; }

    public required bool DisableRollback { get; init; }

    public int? TimeoutMinutes { get; init; }

    /// <summary>The stack that this one is a resource of.</summary>
    public string? ParentId { get; init; }

    public string? RootId { get; init; }

    public string? ChangeSetId { get; init; }

    /// <summary>The tokens of requests that began an operation, newest last.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>What is under way; null when nothing is.</summary>
    public StackOperation? Operation { get; init; }

    /// <summary>What failed and was left as it is, to be gone on from or rolled back; null when there is no such thing.</summary>
    public StackOperation? Halted { get; init; }

    /// <summary>The stack policy as JSON; null: updates may do everything.</summary>
    public string? Policy { get; init; }

    /// <summary>Of the last deletion that a client asked for: <c>STANDARD</c>, <c>FORCE_DELETE_STACK</c> or null.</summary>
    public string? DeletionMode { get; init; }

    [JsonIgnore]
    public StackIdentity Identity => new(AccountId.Parse(Account), Region, Name, Id);

    /// <summary>Whether the update under way gives the stack other tags, which its resources have too.</summary>
    internal bool ChangesTags() => Operation?.Former is { } former && !former.Tags.SequenceEqual(Definition.Tags);

    [JsonIgnore]
    public Caller Caller => new()
    {
        Account = AccountId.Parse(Account),
        Region = Region,
        PrincipalArn = PrincipalArn,
        PrincipalId = PrincipalId,
        SessionPolicy = SessionPolicy,
    };
}

/// <summary>What a stack is made from.</summary>
public sealed record StackDefinition
{
    /// <summary>As the client sent it.</summary>
    public required string Original { get; init; }

    /// <summary>After the transforms, as JSON.</summary>
    public required string Processed { get; init; }

    /// <summary>Whether transforms changed it.</summary>
    public required bool IsTransformed { get; init; }

    public required string? Description { get; init; }

    public required IReadOnlyList<StackParameter> Parameters { get; init; }

    public required IReadOnlyList<StackTag> Tags { get; init; }

    public required IReadOnlyList<string> Capabilities { get; init; }

    public required IReadOnlyList<string> NotificationArns { get; init; }

    public required string? RoleArn { get; init; }
}

public sealed record StackTag(string Key, string Value);

public sealed record StackOutput(string Key, string Value, string? Description, string? ExportName);

/// <summary>One operation on a stack. Its phase is where it goes on after a restart.</summary>
public sealed record StackOperation
{
    public required StackPhase Phase { get; init; }

    /// <summary>Marks what was done in this operation.</summary>
    public required string Token { get; init; }

    /// <summary>Of the request; events name it.</summary>
    public required string? ClientToken { get; init; }

    /// <summary>What the stack was before; null for one that is created.</summary>
    public required StackDefinition? Former { get; init; }

    public IReadOnlyList<StackOutput> FormerOutputs { get; init; } = [];

    public IReadOnlyList<string> FormerImports { get; init; } = [];

    /// <summary>What follows when it fails.</summary>
    public required FailureAction OnFailure { get; init; }

    /// <summary>Of a deletion: logical ids of what is to stay.</summary>
    public IReadOnlyList<string> Retained { get; init; } = [];

    /// <summary>Of a deletion: what cannot be deleted stays.</summary>
    public bool IsForced { get; init; }

    /// <summary>The tokens of the operations that failed, were left, and that this one goes on from.</summary>
    public IReadOnlyList<string> Earlier { get; init; } = [];

    /// <summary>Whether a client wants what follows a failure before the operation is over.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>The stack policy that counts for this update.</summary>
    public string? Policy { get; init; }

    /// <summary>The stack policy from the end of this update on; null: the one there is.</summary>
    public string? NextPolicy { get; init; }

    /// <summary>Whether nothing was there before it, of an operation that was left neither.</summary>
    internal bool IsCreation => Former is null && Earlier.Count == 0;

    /// <summary>Whether this operation, or one that it goes on from, has touched a resource.</summary>
    internal bool HasTouched(ResourceDocument resource) => resource.StepOf is { } token && (token == Token || IsEarlier(token));

    internal bool IsEarlier(string? token) => token is not null && Earlier.Contains(token, StringComparer.Ordinal);
}

[JsonConverter(typeof(JsonStringEnumConverter<StackPhase>))]
public enum StackPhase
{
    /// <summary>Resources are created and changed.</summary>
    Deploying,

    /// <summary>What an update replaced or removed is deleted.</summary>
    CleaningUp,

    /// <summary>What an update changed is changed back.</summary>
    RollingBack,

    /// <summary>What a failed update had made is deleted.</summary>
    CleaningUpRollback,

    /// <summary>What a failed creation had made is deleted.</summary>
    RollingBackCreation,

    Deleting,
}

[JsonConverter(typeof(JsonStringEnumConverter<FailureAction>))]
public enum FailureAction
{
    RollBack,
    Delete,
    DoNothing,
}

public static class StackStatus
{
    public const string CreateInProgress = "CREATE_IN_PROGRESS";
    public const string CreateFailed = "CREATE_FAILED";
    public const string CreateComplete = "CREATE_COMPLETE";
    public const string RollbackInProgress = "ROLLBACK_IN_PROGRESS";
    public const string RollbackFailed = "ROLLBACK_FAILED";
    public const string RollbackComplete = "ROLLBACK_COMPLETE";
    public const string DeleteInProgress = "DELETE_IN_PROGRESS";
    public const string DeleteFailed = "DELETE_FAILED";
    public const string DeleteComplete = "DELETE_COMPLETE";
    public const string DeleteSkipped = "DELETE_SKIPPED";
    public const string UpdateInProgress = "UPDATE_IN_PROGRESS";
    public const string UpdateFailed = "UPDATE_FAILED";
    public const string UpdateCleanup = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS";
    public const string UpdateComplete = "UPDATE_COMPLETE";
    public const string UpdateRollback = "UPDATE_ROLLBACK_IN_PROGRESS";
    public const string UpdateRollbackFailed = "UPDATE_ROLLBACK_FAILED";
    public const string UpdateRollbackCleanup = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS";
    public const string UpdateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE";
    public const string ReviewInProgress = "REVIEW_IN_PROGRESS";

    public static bool IsUnderWay(string status) => status.EndsWith("_IN_PROGRESS", StringComparison.Ordinal) && status != ReviewInProgress;

    /// <summary>The reason of a status that a client asked for.</summary>
    public const string ByUser = "User Initiated";
}
