using System.Collections.Concurrent;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Resources;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Engine;

/// <summary>
/// Brings one resource after the other to what the template says. (1) What is done already, before a restart, is left; (2) the
/// properties are evaluated; (3) what has not changed is left; (4) the attempt is written; (5) the type makes or changes the thing;
/// (6) what is there now is written. Between 4 and 6 a crash leaves an attempt, which the next start makes again.
/// </summary>
internal sealed class ResourceDeployment(
    StackDocument stack, OpenTemplate open, ResourceTypes types, StackJournal journal, CancellationToken givenUp, CancellationToken stopping)
{
    private const string Tags = "Tags";

    private readonly StackOperation _operation = stack.Operation!;
    private readonly bool _changesTags = stack.ChangesTags();
    private readonly StackPolicy? _policy = stack.Operation!.Policy is { } policy ? StackPolicy.Parse(policy) : null;

    public ConcurrentBag<(string LogicalId, bool IsCreation)> Failed { get; } = [];

    /// <summary>Whether the stack policy lets go what the new template no longer has; where it does not, nothing is begun.</summary>
    public async Task<bool> MayRemoveAsync()
    {
        HashSet<string> kept = [.. open.Graph.Order];
        foreach (ResourceDocument document in StackDocuments.ResourcesOf(journal.Current, stack))
        {
            if (document.Current is not null && !kept.Contains(document.LogicalId)
                && _policy?.DenialOf(StackPolicy.Delete, document.LogicalId, document.Type) is { } denial)
            {
                Failed.Add((document.LogicalId, IsCreation: false));
                await journal.WriteAsync(
                    stack, document, new ResourceNote(StackStatus.UpdateFailed, document.PhysicalId, denial, document.Current.Properties));
            }
        }

        return Failed.IsEmpty;
    }

    public async Task<bool> RunAsync(string logicalId)
    {
        ResourceDocument? before = StackDocuments.FindResource(journal.Current, stack, logicalId);
        bool isMine = before?.StepOf == _operation.Token;
        if (isMine && before!.Status.EndsWith("_FAILED", StringComparison.Ordinal))
        {
            Failed.Add((logicalId, before.Attempt?.IsCreation ?? true));
            return false;
        }

        if (isMine && before!.Attempt is null)
        {
            return true; // 1
        }

        TemplateResource resource = open.Template.Resources[logicalId];
        ResourceDocument document = NewDocument(resource, before, isMine);
        try
        {
            await DiscardHalfMadeAsync(before);
            await DeployAsync(resource, types.Require(resource.Type), document);
            return true;
        }
        catch (Exception error) when (IsOfOperation(error))
        {
            await FailAsync(logicalId, document, error);
            return false;
        }
    }

    /// <summary>The resource's own, or because the operation was given up; not because the server stops.</summary>
    private bool IsOfOperation(Exception error) =>
        ResourceFailure.IsOfResource(error) || (givenUp.IsCancellationRequested && !stopping.IsCancellationRequested);

    private async Task DeployAsync(TemplateResource resource, IResourceType type, ResourceDocument document)
    {
        if (document.Attempt is { } left)
        {
            await TryAsync(resource, type, document, left, isRepeated: true);
            return;
        }

        TemplateMap properties = open.Evaluator.EvaluateMap(resource.Properties); // 2
        type.Shape.Check(resource.LogicalId, properties);
        if (document.Current is not { } current)
        {
            await TryAsync(resource, type, document, Begin(resource, type, properties, current: null), isRepeated: false);
            return;
        }

        TemplateMap former = PropertiesJson.ReadMap(current.Properties);
        string[] changed = [.. ChangedIn(former, properties).Union(_changesTags && type.HasTags() ? [Tags] : [], StringComparer.Ordinal)];
        bool isDoubtful = IsHalfChanged(resource.LogicalId);
        if (changed.Length == 0 && !isDoubtful)
        {
            await KeepAsync(resource, document, current); // 3
            return;
        }

        bool replaces = changed.Any(type.Shape.Replaces);
        RequireAllowed(type, resource, replaces ? StackPolicy.Replace : StackPolicy.Modify);
        if (replaces)
        {
            RequireNewName(type, resource, former, properties);
        }

        await TryAsync(
            resource, type, document, Begin(resource, type, properties, replaces ? null : current) with { IsDoubtful = isDoubtful }, isRepeated: false);
    }

    /// <summary>Whether an operation that was left had failed in the middle of a change: what is there then is not known.</summary>
    private bool IsHalfChanged(string logicalId) => StackDocuments.FindResource(journal.Current, stack, logicalId) is { Attempt.IsCreation: false } before
        && _operation.IsEarlier(before.StepOf);

    private void RequireAllowed(IResourceType type, TemplateResource resource, string action)
    {
        if (type.Shape.CannotChange)
        {
            throw StackErrors.Validation($"Update to resource type {resource.Type} is not supported.");
        }

        if (_policy?.DenialOf(action, resource.LogicalId, resource.Type) is { } denial)
        {
            throw StackErrors.Validation(denial);
        }
    }

    /// <summary>Deletes what a creation that failed, and was left, had made half: this operation makes it anew.</summary>
    private async Task DiscardHalfMadeAsync(ResourceDocument? before)
    {
        if (before is not { Current: null, Attempt: not null } || !_operation.IsEarlier(before.StepOf))
        {
            return;
        }

        Removal removal = new(before, Removal.MadeBy(before), IsRetained: false, before with { Attempt = null });
        if (removal.Thing is { } thing
            && !await new ResourceRemoval(stack, types, journal, givenUp, stopping).RunAsync([removal], keepsDocuments: true))
        {
            throw StackErrors.Validation($"{thing.PhysicalId}, which an operation that failed had made of it, cannot be deleted.");
        }
    }

    /// <summary>Top-level properties whose values differ.</summary>
    public static IEnumerable<string> ChangedIn(TemplateMap former, TemplateMap latter) =>
        former.Names.Union(latter.Names, StringComparer.Ordinal).Where(name => !Scalars.Same(former[name], latter[name]));

    private static void RequireNewName(IResourceType type, TemplateResource resource, TemplateMap former, TemplateMap latter)
    {
        if (type.Shape.NameProperty is { } name && former[name] is not null && Scalars.Same(former[name], latter[name]))
        {
            throw StackErrors.Validation(
                $"CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {Scalars.TextOf(former[name])} and update the stack again.");
        }
    }

    private ResourceDocument NewDocument(TemplateResource resource, ResourceDocument? before, bool isMine) => new()
    {
        LogicalId = resource.LogicalId,
        Type = resource.Type,
        Status = before?.Status ?? StackStatus.CreateInProgress,
        Changed = before?.Changed ?? journal.Now,
        Current = before?.Current,
        Former = FormerOf(before, isMine),
        Attempt = isMine ? before!.Attempt : null,
        Leftovers = LeftoversOf(before, isMine),
        StepOf = _operation.Token,
        Metadata = resource.Metadata is { } metadata ? PropertiesJson.Write(metadata) : null,
        PhysicalId = before?.PhysicalId,
    };

    /// <summary>What was there before this operation, or before the one that it goes on from.</summary>
    private PhysicalResource? FormerOf(ResourceDocument? before, bool isMine) =>
        isMine || _operation.IsEarlier(before?.StepOf) ? before!.Former : before?.Current;

    /// <summary>With what a replacement had made that failed, and was left.</summary>
    private static IReadOnlyList<PhysicalResource> LeftoversOf(ResourceDocument? before, bool isMine) =>
        before is null ? [] : isMine || before.Current is null || Removal.MadeBy(before) is not { } made ? before.Leftovers : [.. before.Leftovers, made];

    private ResourceAttempt Begin(TemplateResource resource, IResourceType type, TemplateMap properties, PhysicalResource? current) => new()
    {
        IsCreation = current is null,
        Name = (type.Shape.NameProperty is { } property ? Scalars.TextOf(properties[property]) : null)
            ?? PhysicalName.New(stack.Name, resource.LogicalId, type.Shape),
        Mark = null,
        Properties = PropertiesJson.Write(properties),
        Needs = open.Graph.NeedsOf(resource.LogicalId),
        Token = $"{_operation.Token}-{resource.LogicalId}",
    };

    private async Task KeepAsync(TemplateResource resource, ResourceDocument document, PhysicalResource current)
    {
        PhysicalResource kept = current with
        {
            Needs = open.Graph.NeedsOf(resource.LogicalId),
            DeletionPolicy = resource.DeletionPolicy,
            UpdateReplacePolicy = resource.UpdateReplacePolicy,
        };
        bool isSame = kept.DeletionPolicy == current.DeletionPolicy && kept.UpdateReplacePolicy == current.UpdateReplacePolicy
            && kept.Needs.SequenceEqual(current.Needs, StringComparer.Ordinal);
        bool hadFailed = document.Status.EndsWith("_FAILED", StringComparison.Ordinal);
        if (!isSame || hadFailed)
        {
            await journal.WriteAsync(
                stack,
                document with { Current = kept, Status = hadFailed ? StackStatus.UpdateComplete : document.Status, PhysicalId = kept.PhysicalId });
        }
    }

    private async Task TryAsync(TemplateResource resource, IResourceType type, ResourceDocument document, ResourceAttempt attempt, bool isRepeated)
    {
        string verb = document.Current is null ? "CREATE" : "UPDATE";
        string? reason = attempt.IsCreation && document.Current is not null
            ? "Requested update requires the creation of a new physical resource; hence creating one." : null;
        Holder held = new(document with { Attempt = attempt, Status = $"{verb}_IN_PROGRESS", StatusReason = reason, Changed = journal.Now });
        ResourceCall call = CallOf(held, attempt, verb, isRepeated);
        if (!isRepeated)
        {
            // What this throws leaves no attempt: nothing was made, so a rollback has nothing to delete.
            string? mark = attempt.IsCreation ? type.MarkBefore(call) : null;
            held.Document = held.Document with { Attempt = attempt with { Mark = mark } };
            call = call with { Mark = mark };
            ResourceNote begun = new(held.Document.Status, document.Current?.PhysicalId, reason, attempt.Properties);
            await journal.WriteAsync(stack, held.Document, begun); // 4
        }

        ResourceResult result = attempt.IsCreation
            ? await type.CreateAsync(call, stopping)
            : await type.UpdateAsync(call, PropertiesJson.ReadMap(document.Current!.Properties), stopping); // 5
        await FinishAsync(resource, held, attempt, result, verb); // 6
    }

    private async Task FinishAsync(TemplateResource resource, Holder held, ResourceAttempt attempt, ResourceResult result, string verb)
    {
        List<ResourceNote> notes = [];
        if (attempt.IsCreation && held.Document.Attempt!.Made is null)
        {
            notes.Add(Initiated(verb, result.PhysicalId, attempt));
        }

        notes.Add(new ResourceNote($"{verb}_COMPLETE", result.PhysicalId, null, attempt.Properties));
        PhysicalResource made = new()
        {
            Type = resource.Type,
            PhysicalId = result.PhysicalId,
            Properties = attempt.Properties,
            Attributes = PropertiesJson.Write(result.Attributes),
            Needs = attempt.Needs,
            DeletionPolicy = resource.DeletionPolicy,
            UpdateReplacePolicy = resource.UpdateReplacePolicy,
        };
        await journal.WriteAsync(
            stack,
            held.Document with
            {
                Current = made,
                Attempt = null,
                Leftovers = LeftoversBehind(held.Document, made),
                Status = $"{verb}_COMPLETE",
                StatusReason = null,
                Changed = journal.Now,
                PhysicalId = made.PhysicalId,
            },
            notes);
    }

    /// <summary>With what is replaced and is not what was there before the operation, or before the one that it goes on from.</summary>
    private IReadOnlyList<PhysicalResource> LeftoversBehind(ResourceDocument document, PhysicalResource made) =>
        document.Current is { } replaced && !types.AreSame(replaced, made) && !types.AreSame(replaced, document.Former)
            ? [.. document.Leftovers, replaced] : document.Leftovers;

    private ResourceCall CallOf(Holder held, ResourceAttempt attempt, string verb, bool isRepeated) => new()
    {
        Caller = stack.Caller,
        Stack = stack.Identity,
        StackTags = stack.Definition.Tags,
        LogicalId = held.Document.LogicalId,
        Type = held.Document.Type,
        Name = attempt.Name,
        PhysicalId = attempt.IsCreation ? attempt.Made : held.Document.Current!.PhysicalId,
        Properties = PropertiesJson.ReadMap(attempt.Properties),
        Mark = attempt.Mark,
        Token = attempt.Token,
        IsRepeated = isRepeated || attempt.IsDoubtful,
        GivenUp = givenUp,
        InitiatedAsync = async physicalId =>
        {
            if (held.Document.Attempt!.Made is null)
            {
                held.Document = held.Document with
                {
                    Attempt = held.Document.Attempt with { Made = physicalId },
                    PhysicalId = physicalId,
                    StatusReason = InitiatedReason,
                };
                await journal.WriteAsync(stack, held.Document, Initiated(verb, physicalId, attempt));
            }
        },
    };

    private const string InitiatedReason = "Resource creation Initiated";

    private static ResourceNote Initiated(string verb, string physicalId, ResourceAttempt attempt) =>
        new($"{verb}_IN_PROGRESS", physicalId, InitiatedReason, attempt.Properties);

    private async Task FailAsync(string logicalId, ResourceDocument document, Exception error)
    {
        // The attempt as it was written last: it may name what was made before the failure.
        ResourceDocument latest = StackDocuments.FindResource(journal.Current, stack, logicalId) is { } written && written.StepOf == _operation.Token
            ? written : document;
        string verb = document.Current is null ? "CREATE" : "UPDATE";
        string token = Guid.NewGuid().ToString();
        string reason = error is OperationCanceledException
            ? $"Resource {(verb == "CREATE" ? "creation" : "update")} cancelled" : ResourceFailure.ReasonOf(error, token);
        bool isCreation = document.Current is null;
        Failed.Add((logicalId, isCreation));
        List<ResourceNote> notes = [new($"{verb}_FAILED", latest.Attempt?.Made ?? latest.PhysicalId, reason, latest.Attempt?.Properties)];
        if (latest.Attempt is null)
        {
            notes.Insert(0, new ResourceNote($"{verb}_IN_PROGRESS", latest.PhysicalId, null, null));
        }

        await journal.WriteAsync(stack, latest with { Status = $"{verb}_FAILED", StatusReason = reason, Changed = journal.Now }, notes);
    }

    private sealed class Holder(ResourceDocument document)
    {
        public ResourceDocument Document { get; set; } = document;
    }
}
