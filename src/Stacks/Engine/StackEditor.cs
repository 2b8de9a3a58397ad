using Lamina.Contract;
using Lamina.Stacks.ChangeSets;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;
using Lamina.Store;

namespace Lamina.Stacks.Engine;

/// <summary>Begins the operations of stacks. What they do is done behind the answer; <see cref="StackEngine"/> does it.</summary>
public sealed class StackEditor
{
    private const int KeptTokens = 50;

    private readonly ICatalog _catalog;
    private readonly StackPlanner _planner;
    private readonly StackEngine _engine;
    private readonly StackJournal _journal;
    private readonly TimeProvider _time;

    internal StackEditor(ICatalog catalog, StackPlanner planner, StackEngine engine, TimeProvider time)
    {
        _catalog = catalog;
        _planner = planner;
        _engine = engine;
        _time = time;
        _journal = new StackJournal(catalog, time);
    }

    internal StackPlanner Planner => _planner;

    internal StackEngine Engine => _engine;

    /// <summary>Throws AlreadyExistsException, ValidationError, InsufficientCapabilitiesException.</summary>
    public Task<StackDocument> CreateAsync(Caller caller, StackRequest request, CancellationToken cancellationToken) =>
        CreateAsync(caller, request, parent: null, cancellationToken);

    /// <param name="parent">The stack that this one becomes a resource of.</param>
    internal async Task<StackDocument> CreateAsync(Caller caller, StackRequest request, StackDocument? parent, CancellationToken cancellationToken)
    {
        StackDocument? existing = StackDocuments.Find(_catalog.Current, caller.Account, caller.Region, request.StackName);
        if (existing is not null)
        {
            return IsRepeated(existing, request) ? existing : throw StackErrors.AlreadyExists(request.StackName);
        }

        StackDocument draft = NewStack(caller, request, parent);
        StackDefinition definition = _planner.Plan(draft, request, former: null);
        StackDocument stack = draft with { Definition = definition, Operation = NewOperation(request, former: null) };
        await _catalog.CommitAsync(
            transaction =>
            {
                if (StackDocuments.Find(transaction, caller.Account, caller.Region, request.StackName) is not null)
                {
                    throw StackErrors.AlreadyExists(request.StackName);
                }

                _journal.Put(transaction, null, stack);
                return true;
            },
            cancellationToken);
        _engine.Begin(stack.Id);
        return stack;
    }

    /// <summary>Throws ValidationError: no such stack, its state, nothing to update.</summary>
    public async Task<StackDocument> UpdateAsync(Caller caller, StackRequest request, CancellationToken cancellationToken)
    {
        StackDocument stack = Require(_catalog.Current, caller, request.StackName);
        if (IsRepeated(stack, request))
        {
            return stack;
        }

        RequireUpdatable(stack);
        StackDefinition definition = _planner.Plan(Asked(stack, caller), request, stack.Definition);
        RequireSameTypes(stack, definition);
        if (stack.Halted is null && IsSame(stack.Definition, definition))
        {
            throw StackErrors.NoUpdates();
        }

        return await BeginUpdateAsync(caller, stack, definition, request, changeSetId: null, cancellationToken);
    }

    /// <summary>Deleting what is not there is no error. Throws ValidationError: protected, exports in use.</summary>
    /// <param name="retained">Logical ids of what is to stay; only for a stack whose deletion has failed.</param>
    /// <param name="mode"><c>STANDARD</c>, <c>FORCE_DELETE_STACK</c> (what cannot be deleted stays; only for such a stack) or null.</param>
    /// <returns>The id of the stack whose deletion was begun, or null.</returns>
    public async Task<string?> DeleteAsync(
        Caller caller, string nameOrId, IReadOnlyList<string> retained, string? mode, string? clientToken, CancellationToken cancellationToken)
    {
        bool isForced = mode == "FORCE_DELETE_STACK";
        string? begun = await _catalog.CommitAsync(
            transaction =>
            {
                if (StackDocuments.Find(transaction, caller.Account, caller.Region, nameOrId) is not { } stack
                    || stack.Status is StackStatus.DeleteComplete or StackStatus.DeleteInProgress)
                {
                    return null;
                }

                if (stack.Status == StackStatus.ReviewInProgress)
                {
                    ForgetReviewed(transaction, stack);
                    return null;
                }

                RequireDeletable(transaction, stack, retained, isForced);
                if (stack.Operation is { } creation)
                {
                    // It gives up what it does, and goes on with the deletion.
                    _journal.Put(transaction, stack, Begun(Asked(stack, caller), clientToken) with
                    {
                        Status = StackStatus.DeleteInProgress,
                        StatusReason = StackStatus.ByUser,
                        DeletionMode = mode,
                        Operation = creation with { IsCancelled = true, OnFailure = FailureAction.Delete, ClientToken = clientToken },
                    });
                    return stack.Id;
                }

                _journal.Put(transaction, stack, Begun(Asked(stack, caller), clientToken) with
                {
                    Status = StackStatus.DeleteInProgress,
                    StatusReason = StackStatus.ByUser,
                    DeletionMode = mode,
                    Halted = null,
                    Operation = new StackOperation
                    {
                        Phase = StackPhase.Deleting,
                        Token = NewToken(),
                        ClientToken = clientToken,
                        Former = null,
                        OnFailure = FailureAction.DoNothing,
                        Retained = retained,
                        IsForced = isForced,
                        Earlier = EarlierOf(stack),
                    },
                });
                return stack.Id;
            },
            cancellationToken);
        if (begun is not null)
        {
            await _engine.CancelAsync(begun);
            _engine.Begin(begun);
        }

        return begun;
    }

    /// <summary>Has the update under way rolled back. Throws ValidationError: no such stack, no update under way.</summary>
    public async Task CancelUpdateAsync(Caller caller, string nameOrId, string? clientToken, CancellationToken cancellationToken)
    {
        StackDocument stack = Require(_catalog.Current, caller, nameOrId);
        await _journal.ChangeAsync(
            stack.Id,
            (_, current) => current is { Status: StackStatus.UpdateInProgress, Operation: { } operation }
                ? Begun(current, clientToken) with
                {
                    Operation = operation with { IsCancelled = true, OnFailure = FailureAction.RollBack, ClientToken = clientToken ?? operation.ClientToken },
                }
                : throw StackErrors.Validation("CancelUpdateStack cannot be called from current stack status"),
            cancellationToken);
        await _engine.CancelAsync(stack.Id);
    }

    /// <summary>Rolls back what failed and was left. Throws ValidationError: no such stack, its state.</summary>
    public Task<StackDocument> RollBackAsync(Caller caller, string nameOrId, string? clientToken, CancellationToken cancellationToken) => ResumeAsync(
        caller,
        nameOrId,
        clientToken,
        (_, stack) => stack.Status is StackStatus.CreateFailed or StackStatus.UpdateFailed && stack.Halted is { } halted
            ? halted with { Phase = halted.Former is null ? StackPhase.RollingBackCreation : StackPhase.RollingBack }
            : throw StackErrors.Validation($"Stack:{stack.Id} is in {stack.Status} state and can not be rolled back."),
        cancellationToken);

    /// <summary>Goes on with a rollback that failed. Throws ValidationError: no such stack, its state, what cannot be left out.</summary>
    /// <param name="skipped">Logical ids of what is taken as rolled back.</param>
    public Task<StackDocument> ContinueRollbackAsync(
        Caller caller, string nameOrId, IReadOnlyList<string> skipped, string? clientToken, CancellationToken cancellationToken) => ResumeAsync(
        caller,
        nameOrId,
        clientToken,
        (transaction, stack) =>
        {
            if (stack is not { Status: StackStatus.UpdateRollbackFailed, Halted: { } halted })
            {
                throw StackErrors.Validation($"Stack:{stack.Id} is in {stack.Status} state and can not continue rollback.");
            }

            foreach (string logicalId in skipped)
            {
                ResourceRollback.Skip(transaction, stack, halted, logicalId);
            }

            return halted with { Phase = StackPhase.RollingBack };
        },
        cancellationToken);

    /// <summary>Throws ValidationError: no such stack, no policy.</summary>
    public async Task SetPolicyAsync(Caller caller, string nameOrId, string policy, CancellationToken cancellationToken)
    {
        StackDocument stack = Require(_catalog.Current, caller, nameOrId);
        StackPolicy.Parse(policy);
        await _journal.ChangeAsync(stack.Id, (_, current) => current with { Policy = policy }, cancellationToken);
    }

    public async Task<StackDocument> SetTerminationProtectionAsync(Caller caller, string nameOrId, bool enabled, CancellationToken cancellationToken)
    {
        StackDocument stack = Require(_catalog.Current, caller, nameOrId);
        if (stack.ParentId is not null)
        {
            throw StackErrors.Validation($"Termination protection cannot be changed on nested stack [{stack.Name}]; change it on the root stack.");
        }

        return await _journal.ChangeAsync(stack.Id, (_, current) => current with { TerminationProtection = enabled }, cancellationToken)
            ?? throw StackErrors.NoStackToChange(nameOrId);
    }

    /// <summary>Ends when nothing is under way in the stack, and gives the stack.</summary>
    internal async Task<StackDocument?> WaitAsync(string stackId, CancellationToken cancellationToken)
    {
        await _engine.WaitAsync(stackId, cancellationToken);
        return StackDocuments.ById(_catalog.Current, stackId);
    }

    internal static StackDocument Require(CatalogSnapshot snapshot, Caller caller, string nameOrId) =>
        StackDocuments.Find(snapshot, caller.Account, caller.Region, nameOrId) is { } stack && stack.Status != StackStatus.DeleteComplete
            ? stack
            : throw StackErrors.NoStackToChange(nameOrId);

    internal static void RequireUpdatable(StackDocument stack)
    {
        bool isUpdatable = stack.Status is StackStatus.CreateComplete or StackStatus.UpdateComplete or StackStatus.UpdateRollbackComplete
            || (stack.Status is StackStatus.CreateFailed or StackStatus.UpdateFailed && stack.Halted is not null);
        if (!isUpdatable)
        {
            throw StackErrors.Validation($"Stack:{stack.Id} is in {stack.Status} state and can not be updated.");
        }
    }

    internal void RequireSameTypes(StackDocument stack, StackDefinition definition)
    {
        StackTemplate template = StackTemplate.Of(PropertiesJson.ReadMap(definition.Processed));
        string[] changed =
        [
            .. StackDocuments.ResourcesOf(_catalog.Current, stack)
                .Where(document => document.Current is not null && template.Resources.TryGetValue(document.LogicalId, out TemplateResource? resource)
                    && resource.Type != document.Type)
                .Select(static document => document.LogicalId),
        ];
        if (changed.Length > 0)
        {
            throw StackErrors.Validation(
                $"Update of resource type is not permitted. The new template modifies resource type of the following resources: [{string.Join(", ", changed)}]");
        }
    }

    /// <summary>What decides whether there is something to do; the template's description and metadata are not among it.</summary>
    internal static bool IsSame(StackDefinition former, StackDefinition latter)
    {
        TemplateMap before = PropertiesJson.ReadMap(former.Processed);
        TemplateMap after = PropertiesJson.ReadMap(latter.Processed);
        return new[] { "Resources", "Outputs", "Conditions", "Mappings" }.All(section => TemplateNode.Same(before[section], after[section]))
            && former.Parameters.Select(static parameter => (parameter.Key, parameter.Resolved ?? parameter.Value)).Order()
                .SequenceEqual(latter.Parameters.Select(static parameter => (parameter.Key, parameter.Resolved ?? parameter.Value)).Order())
            && former.Tags.Order(TagOrder).SequenceEqual(latter.Tags.Order(TagOrder));
    }

    private static readonly Comparer<StackTag> TagOrder = Comparer<StackTag>.Create(static (left, right) => string.CompareOrdinal(left.Key, right.Key));

    internal async Task<StackDocument> BeginUpdateAsync(
        Caller caller, StackDocument stack, StackDefinition definition, StackRequest request, string? changeSetId, CancellationToken cancellationToken)
    {
        StackDocument? begun = await _journal.ChangeAsync(
            stack.Id,
            (_, current) =>
            {
                RequireUpdatable(current);
                return Begun(Asked(current, caller), request.ClientToken) with
                {
                    Status = StackStatus.UpdateInProgress,
                    StatusReason = StackStatus.ByUser,
                    Updated = _time.GetUtcNow(),
                    Definition = definition,
                    ChangeSetId = changeSetId ?? current.ChangeSetId,
                    Operation = NewOperation(request, current),
                    Halted = null,
                };
            },
            cancellationToken);
        _engine.Begin(stack.Id);
        return begun ?? throw StackErrors.NoStackToChange(stack.Name);
    }

    internal StackDocument NewStack(Caller caller, StackRequest request, StackDocument? parent)
    {
        string id = $"arn:aws:cloudformation:{caller.Region}:{caller.Account}:stack/{request.StackName}/{Guid.NewGuid()}";
        return new StackDocument
        {
            Account = caller.Account.Value,
            Region = caller.Region,
            Name = request.StackName,
            Id = id,
            PrincipalArn = caller.PrincipalArn,
            PrincipalId = caller.PrincipalId,
            SessionPolicy = caller.SessionPolicy,
            Status = StackStatus.CreateInProgress,
            StatusReason = StackStatus.ByUser,
            Created = _time.GetUtcNow(),
            Definition = Nothing,
            Outputs = [],
            Imports = [],
            TerminationProtection = request.TerminationProtection,
            DisableRollback = ActionOf(request) == FailureAction.DoNothing,
            TimeoutMinutes = request.TimeoutMinutes,
            Policy = Checked(request.Policy),
            ParentId = parent?.Id,
            RootId = parent is null ? null : parent.RootId ?? parent.Id,
            Tokens = request.ClientToken is { } token ? [token] : [],
        };
    }

    internal static StackDefinition Nothing { get; } = new()
    {
        Original = "",
        Processed = "{}",
        IsTransformed = false,
        Description = null,
        Parameters = [],
        Tags = [],
        Capabilities = [],
        NotificationArns = [],
        RoleArn = null,
    };

    /// <param name="former">The stack as it is; null for one that is created.</param>
    internal static StackOperation NewOperation(StackRequest request, StackDocument? former) => former is null
        ? new StackOperation
        {
            Phase = StackPhase.Deploying,
            Token = NewToken(),
            ClientToken = request.ClientToken,
            Former = null,
            OnFailure = ActionOf(request),
        }
        : NewUpdate(request, former);

    /// <summary>What was there before an operation that failed, and was left, is what this one is rolled back to.</summary>
    private static StackOperation NewUpdate(StackRequest request, StackDocument former) => new()
    {
        Phase = StackPhase.Deploying,
        Token = NewToken(),
        ClientToken = request.ClientToken,
        Former = former.Halted is { } halted ? halted.Former : former.Definition,
        FormerOutputs = former.Outputs,
        FormerImports = former.Imports,
        OnFailure = ActionOf(request) is var action && action == FailureAction.Delete ? FailureAction.RollBack : action,
        Earlier = EarlierOf(former),
        Policy = Checked(request.PolicyDuringUpdate) ?? former.Policy,
        NextPolicy = Checked(request.Policy),
    };

    private static IReadOnlyList<string> EarlierOf(StackDocument stack) => stack.Halted is { } halted ? [.. halted.Earlier, halted.Token] : [];

    /// <summary>Throws ValidationError for what is no stack policy.</summary>
    private static string? Checked(string? policy)
    {
        if (policy is not null)
        {
            StackPolicy.Parse(policy);
        }

        return policy;
    }

    private async Task<StackDocument> ResumeAsync(
        Caller caller,
        string nameOrId,
        string? clientToken,
        Func<CatalogTransaction, StackDocument, StackOperation> operationOf,
        CancellationToken cancellationToken)
    {
        StackDocument stack = Require(_catalog.Current, caller, nameOrId);
        StackDocument? begun = await _journal.ChangeAsync(
            stack.Id,
            (transaction, current) =>
            {
                StackOperation operation = operationOf(transaction, current);
                return Begun(Asked(current, caller), clientToken) with
                {
                    Status = operation.Phase == StackPhase.RollingBackCreation ? StackStatus.RollbackInProgress : StackStatus.UpdateRollback,
                    StatusReason = StackStatus.ByUser,
                    Operation = operation with { ClientToken = clientToken },
                    Halted = null,
                };
            },
            cancellationToken);
        _engine.Begin(stack.Id);
        return begun ?? throw StackErrors.NoStackToChange(nameOrId);
    }

    internal static StackDocument Asked(StackDocument stack, Caller caller) => stack with
    {
        PrincipalArn = caller.PrincipalArn,
        PrincipalId = caller.PrincipalId,
        SessionPolicy = caller.SessionPolicy,
    };

    private static void ForgetReviewed(CatalogTransaction transaction, StackDocument stack)
    {
        foreach (ChangeSetDocument changeSet in StackDocuments.ChangeSetsOf(transaction, stack).ToList())
        {
            StackDocuments.DeleteChangeSet(transaction, stack, changeSet);
        }

        StackDocuments.Forget(transaction, stack);
    }

    private static string NewToken() => Guid.NewGuid().ToString();

    private static FailureAction ActionOf(StackRequest request) => request.OnFailure switch
    {
        "DELETE" => FailureAction.Delete,
        "DO_NOTHING" => FailureAction.DoNothing,
        _ => request.DisablesRollback ? FailureAction.DoNothing : FailureAction.RollBack,
    };

    private static StackDocument Begun(StackDocument stack, string? clientToken) =>
        clientToken is null ? stack : stack with { Tokens = [.. stack.Tokens.TakeLast(KeptTokens), clientToken] };

    /// <summary>A request sent again, of which the stack knows the token.</summary>
    private static bool IsRepeated(StackDocument stack, StackRequest request) =>
        request.ClientToken is { } token && stack.Tokens.Count > 0 && stack.Tokens[^1] == token
            ? true
            : request.ClientToken is { } used && stack.Tokens.Contains(used, StringComparer.Ordinal) ? throw StackErrors.TokenUsed(used) : false;

    private static void RequireDeletable(CatalogSnapshot snapshot, StackDocument stack, IReadOnlyList<string> retained, bool isForced)
    {
        if (stack.TerminationProtection)
        {
            throw StackErrors.Validation($"Stack [{stack.Name}] cannot be deleted while TerminationProtection is enabled");
        }

        bool isCreated = stack.Operation is { IsCreation: true, Phase: StackPhase.Deploying };
        if (stack.Operation is not null && !isCreated)
        {
            throw StackErrors.Validation($"Stack [{stack.Name}] cannot be deleted while in status {stack.Status}");
        }

        if (retained.Count > 0 && stack.Status != StackStatus.DeleteFailed)
        {
            throw StackErrors.Validation(
                $"Invalid operation on stack [{stack.Id}]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.");
        }

        if (isForced && stack.Status != StackStatus.DeleteFailed)
        {
            throw StackErrors.Validation(
                $"Invalid operation on stack [{stack.Id}]. The deletion mode FORCE_DELETE_STACK is only for a stack that is in the DELETE_FAILED state.");
        }

        foreach (StackOutput output in stack.Outputs.Where(static output => output.ExportName is not null))
        {
            StackDocument[] users = [.. StackExports.UsersOf(snapshot, stack, output.ExportName!)];
            if (users.Length > 0)
            {
                throw StackErrors.Validation(
                    $"Export {output.ExportName} cannot be deleted as it is in use by {string.Join(" and ", users.Select(static user => user.Name))}");
            }
        }
    }
}
