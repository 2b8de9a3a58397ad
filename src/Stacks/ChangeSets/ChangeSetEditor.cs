using Lamina.Contract;
using Lamina.Stacks.Engine;
using Lamina.Stacks.Evaluation;
using Lamina.Store;

namespace Lamina.Stacks.ChangeSets;

/// <summary>Makes change sets, executes and deletes them.</summary>
public sealed class ChangeSetEditor
{
    private const string NoChanges = "The submitted information didn't contain changes. Submit different information to create a change set.";

    private readonly ICatalog _catalog;
    private readonly StackEditor _stacks;
    private readonly ChangeSetPlanner _planner;
    private readonly TimeProvider _time;
    private readonly StackJournal _journal;

    internal ChangeSetEditor(ICatalog catalog, StackEditor stacks, ChangeSetPlanner planner, TimeProvider time)
    {
        _catalog = catalog;
        _stacks = stacks;
        _planner = planner;
        _time = time;
        _journal = new StackJournal(catalog, time);
    }

    /// <summary>
    /// A template whose transform fails, or that changes nothing, makes a change set that has failed and says why; other faults are
    /// thrown, as by AWS.
    /// </summary>
    /// <param name="type"><c>CREATE</c> or <c>UPDATE</c>; null: UPDATE.</param>
    public async Task<ChangeSetDocument> CreateAsync(
        Caller caller, StackRequest request, string name, string? type, string? description, CancellationToken cancellationToken)
    {
        StackDocument? existing = StackDocuments.Find(_catalog.Current, caller.Account, caller.Region, request.StackName);
        bool isCreation = type == "CREATE";
        CheckStack(existing, request, name, isCreation);
        if (existing is not null && StackDocuments.ChangeSetsOf(_catalog.Current, existing).FirstOrDefault(other => other.Name == name) is { } same)
        {
            return same.ClientToken is { } token && token == request.ClientToken ? same : throw StackErrors.ChangeSetExists(name);
        }

        StackDocument stack = existing ?? _stacks.NewStack(caller, request with { ClientToken = null }, parent: null) with
        {
            Status = StackStatus.ReviewInProgress,
            StatusReason = StackStatus.ByUser,
        };
        ChangeSetDocument changeSet = Plan(StackEditor.Asked(stack, caller), request with { IsReviewed = true }, name, isCreation, description);
        await _catalog.CommitAsync(
            transaction =>
            {
                if (StackDocuments.Find(transaction, caller.Account, caller.Region, request.StackName) is null)
                {
                    _journal.Put(transaction, null, stack);
                }

                StackDocuments.Put(transaction, stack, changeSet);
                return true;
            },
            cancellationToken);
        return changeSet;
    }

    /// <summary>Throws ChangeSetNotFound, InvalidChangeSetStatus. Gives the stack's id.</summary>
    public async Task<string> ExecuteAsync(
        Caller caller, string nameOrId, string? stackName, bool disablesRollback, string? clientToken, CancellationToken cancellationToken)
    {
        (StackDocument stack, ChangeSetDocument changeSet) = Require(caller, nameOrId, stackName);
        if (changeSet.ExecutionStatus != "AVAILABLE")
        {
            throw StackErrors.ChangeSetStatus(
                $"ChangeSet [{changeSet.Id}] cannot be executed in its current status of [{(changeSet.Status == "FAILED" ? changeSet.Status : changeSet.ExecutionStatus)}]");
        }

        StackRequest request = new()
        {
            StackName = stack.Name,
            TemplateBody = null,
            ClientToken = clientToken,
            DisablesRollback = disablesRollback || changeSet.DisablesRollback,
            OnFailure = changeSet.OnStackFailure,
        };
        await _journal.ChangeAsync(stack.Id, (transaction, current) => Execute(transaction, current, changeSet, request, caller), cancellationToken);
        _stacks.Engine.Begin(stack.Id);
        return stack.Id;
    }

    /// <summary>Deleting a change set that is not there is no error, as long as its stack is. The last one of a stack that is only under review leaves the stack.</summary>
    public async Task DeleteAsync(Caller caller, string nameOrId, string? stackName, CancellationToken cancellationToken)
    {
        if (Find(caller, nameOrId, stackName) is not var (stack, changeSet))
        {
            if (stackName is not null && StackDocuments.Find(_catalog.Current, caller.Account, caller.Region, stackName) is null)
            {
                throw StackErrors.NoChangeSet(nameOrId);
            }

            return;
        }

        if (changeSet.ExecutionStatus == "EXECUTE_IN_PROGRESS")
        {
            throw StackErrors.ChangeSetStatus($"ChangeSet [{changeSet.Id}] cannot be deleted in its current status of [EXECUTE_IN_PROGRESS]");
        }

        await _catalog.CommitAsync(
            transaction =>
            {
                StackDocuments.DeleteChangeSet(transaction, stack, changeSet);
                return true;
            },
            cancellationToken);
    }

    public (StackDocument Stack, ChangeSetDocument ChangeSet) Require(Caller caller, string nameOrId, string? stackName) =>
        Find(caller, nameOrId, stackName) ?? throw StackErrors.NoChangeSet(nameOrId);

    public IReadOnlyList<ChangeSetDocument> List(Caller caller, string stackName) =>
        StackDocuments.Find(_catalog.Current, caller.Account, caller.Region, stackName) is { } stack
            ? [.. StackDocuments.ChangeSetsOf(_catalog.Current, stack).OrderBy(static changeSet => changeSet.Created)]
            : throw StackErrors.Validation($"Stack [{stackName}] does not exist");

    private static void CheckStack(StackDocument? existing, StackRequest request, string name, bool isCreation)
    {
        if (isCreation && existing is not null && existing.Status != StackStatus.ReviewInProgress)
        {
            throw StackErrors.Validation($"Stack [{request.StackName}] already exists and cannot be created again with the changeSet [{name}].");
        }

        if (!isCreation && existing is null)
        {
            throw StackErrors.NoStackToChange(request.StackName);
        }

        if (!isCreation)
        {
            StackEditor.RequireUpdatable(existing!);
        }
    }

    private ChangeSetDocument Plan(StackDocument stack, StackRequest request, string name, bool isCreation, string? description)
    {
        StackDefinition? former = isCreation ? null : stack.Definition;
        ChangeSetDocument changeSet = new()
        {
            Id = $"arn:aws:cloudformation:{stack.Region}:{stack.Account}:changeSet/{name}/{Guid.NewGuid()}",
            Name = name,
            StackId = stack.Id,
            StackName = stack.Name,
            Status = "CREATE_COMPLETE",
            StatusReason = null,
            ExecutionStatus = "AVAILABLE",
            Created = _time.GetUtcNow(),
            Description = description,
            IsCreation = isCreation,
            ClientToken = request.ClientToken,
            OnStackFailure = request.OnFailure,
            DisablesRollback = request.DisablesRollback,
            Definition = null,
            Changes = [],
        };
        StackDefinition definition;
        try
        {
            definition = _stacks.Planner.Plan(stack, request, former);
        }
        catch (AwsError fault) when (fault.Message.StartsWith("Transform ", StringComparison.Ordinal))
        {
            return Failed(changeSet, fault.Message);
        }

        if (former is not null)
        {
            _stacks.RequireSameTypes(stack, definition);
        }

        return former is not null && stack.Halted is null && StackEditor.IsSame(former, definition)
            ? Failed(changeSet with { Definition = definition }, former.Original == definition.Original ? NoChanges : StackErrors.NoUpdates().Message)
            : changeSet with { Definition = definition, Changes = _planner.Plan(stack, definition) };
    }

    private static ChangeSetDocument Failed(ChangeSetDocument changeSet, string reason) =>
        changeSet with { Status = "FAILED", StatusReason = reason, ExecutionStatus = "UNAVAILABLE" };

    /// <summary>The others were made for a stack that is no longer as it was.</summary>
    private StackDocument Execute(CatalogTransaction transaction, StackDocument stack, ChangeSetDocument changeSet, StackRequest request, Caller caller)
    {
        bool isCreation = stack.Status == StackStatus.ReviewInProgress;
        if (!isCreation)
        {
            StackEditor.RequireUpdatable(stack);
        }

        foreach (ChangeSetDocument other in StackDocuments.ChangeSetsOf(transaction, stack).ToList())
        {
            StackDocuments.DeleteChangeSet(transaction, stack, other);
        }

        StackDocuments.Put(transaction, stack, changeSet with { ExecutionStatus = "EXECUTE_COMPLETE" });
        StackOperation operation = StackEditor.NewOperation(request, isCreation ? null : stack);
        StackDocument asked = StackEditor.Asked(stack, caller);
        return asked with
        {
            Status = isCreation ? StackStatus.CreateInProgress : StackStatus.UpdateInProgress,
            StatusReason = StackStatus.ByUser,
            Updated = _time.GetUtcNow(),
            Definition = changeSet.Definition!,
            Halted = null,
            ChangeSetId = changeSet.Id,
            DisableRollback = operation.OnFailure == FailureAction.DoNothing,
            Tokens = request.ClientToken is { } token ? [.. asked.Tokens, token] : asked.Tokens,
            Operation = operation,
        };
    }

    private (StackDocument Stack, ChangeSetDocument ChangeSet)? Find(Caller caller, string nameOrId, string? stackName)
    {
        CatalogSnapshot snapshot = _catalog.Current;
        StackDocument? stack = nameOrId.StartsWith("arn:", StringComparison.Ordinal)
            ? StackDocuments.AllChangeSets(snapshot).FirstOrDefault(changeSet => changeSet.Id == nameOrId) is { } named
                ? StackDocuments.Find(snapshot, caller.Account, caller.Region, named.StackId) : null
            : StackDocuments.Find(
                snapshot,
                caller.Account,
                caller.Region,
                stackName ?? throw StackErrors.Validation("StackName must be specified if ChangeSetName is not specified as an ARN."));
        return stack is not null
            && StackDocuments.ChangeSetsOf(snapshot, stack).FirstOrDefault(changeSet => changeSet.Id == nameOrId || changeSet.Name == nameOrId) is { } found
            ? (stack, found) : null;
    }
}
