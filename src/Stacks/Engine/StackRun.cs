using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Resources;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Engine;

/// <summary>
/// Runs the operation of one stack to its end, phase after phase. Each phase begins from what the catalog says, so it does not matter
/// whether the phase is new or was left by a crash.
/// A creation is Deploying, and where that fails RollingBackCreation. An update is Deploying and CleaningUp, or, where it fails, RollingBack
/// and CleaningUpRollback. A deletion is Deleting. Where a client wants what failed to be left, the operation halts: it is kept with the
/// stack, and a later update goes on from it.
/// </summary>
/// <param name="cancelled">Cancelled when a client has cancelled the update.</param>
internal sealed class StackRun(
    string stackId,
    StackEvaluation evaluation,
    ResourceTypes types,
    StackJournal journal,
    TimeProvider time,
    CancellationToken cancelled,
    CancellationToken stopping)
{
    private static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    public async Task RunAsync()
    {
        while (StackDocuments.ById(journal.Current, stackId) is { Operation: { } operation } stack)
        {
            stopping.ThrowIfCancellationRequested();
            await (operation.Phase switch
            {
                StackPhase.Deploying => DeployAsync(stack),
                StackPhase.CleaningUp => CleanUpAsync(stack),
                StackPhase.RollingBack => RollBackAsync(stack),
                StackPhase.CleaningUpRollback => CleanUpRollbackAsync(stack),
                StackPhase.RollingBackCreation => RollBackCreationAsync(stack),
                _ => DeleteAsync(stack),
            });
        }
    }

    private async Task DeployAsync(StackDocument stack)
    {
        OpenTemplate open = evaluation.Open(stack, stack.Definition);
        bool isCreation = stack.Operation!.IsCreation;
        using CancellationTokenSource timeOver = new(isCreation && stack.TimeoutMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : Forever, time);
        using CancellationTokenSource givenUp = CancellationTokenSource.CreateLinkedTokenSource(stopping, timeOver.Token, cancelled);
        ResourceDeployment deployment = new(stack, open, types, journal, givenUp.Token, stopping);
        bool succeeded = !stack.Operation!.IsCancelled && await deployment.MayRemoveAsync() && await GraphRun.RunAsync(
            open.Graph.Order,
            open.Graph.NeedsOf,
            async id =>
            {
                stopping.ThrowIfCancellationRequested();
                bool done = !givenUp.IsCancellationRequested && await deployment.RunAsync(id);
                if (!done)
                {
                    await givenUp.CancelAsync();
                }

                return done;
            },
            stopsAtFailure: true);
        if (!succeeded)
        {
            string reason = timeOver.IsCancellationRequested
                ? "Stack creation time exceeded the specified timeout. Rollback requested by user." : ReasonOf(stack, deployment);
            await FailAsync(reason);
            return;
        }

        StackOutput[] outputs;
        try
        {
            outputs = [.. OutputsOf(open)];
        }
        catch (AwsError fault)
        {
            await FailAsync(fault.Message);
            return;
        }

        await SucceedAsync(outputs, [.. open.Evaluator.Imports]);
    }

    private static string ReasonOf(StackDocument stack, ResourceDeployment deployment)
    {
        string Named(bool isCreation) => string.Join(
            ", ", deployment.Failed.Where(failed => failed.IsCreation == isCreation).Select(static failed => failed.LogicalId).Order(StringComparer.Ordinal));
        string created = Named(isCreation: true);
        string updated = Named(isCreation: false);
        string rollback = stack.Operation!.Former is null && stack.Operation.OnFailure != FailureAction.DoNothing ? "Rollback requested by user." : "";
        return (created.Length > 0 ? $"The following resource(s) failed to create: [{created}]. " : "")
            + (updated.Length > 0 ? $"The following resource(s) failed to update: [{updated}]. " : "") + rollback;
    }

    private static IEnumerable<StackOutput> OutputsOf(OpenTemplate open)
    {
        foreach ((TemplateKey key, TemplateNode node) in open.Template.Outputs.Entries)
        {
            TemplateMap output = node as TemplateMap ?? throw StackErrors.Format($"Every Outputs member must be an object: [{key}].");
            if (!open.Evaluator.Conditions.Includes(Scalars.TextOf(output["Condition"])))
            {
                continue;
            }

            string value = open.Evaluator.Text("Outputs", output["Value"]);
            string? export = output["Export"] is TemplateMap exported ? open.Evaluator.Text("Export", exported["Name"]) : null;
            yield return new StackOutput(key.Name, value, Scalars.TextOf(output["Description"]), export);
        }
    }

    /// <summary>Exports are compared in the transaction that makes them.</summary>
    private async Task SucceedAsync(StackOutput[] outputs, IReadOnlyList<string> imports)
    {
        string? fault = null;
        await journal.ChangeAsync(
            stackId,
            (transaction, before) =>
            {
                StackOperation operation = before.Operation!;
                fault = operation.IsCancelled ? StackStatus.ByUser : StackExports.FaultOf(transaction, before, outputs);
                if (fault is not null)
                {
                    return before;
                }

                StackDocument done = before with
                {
                    Outputs = outputs,
                    Imports = imports,
                    StatusReason = null,
                    Policy = operation.NextPolicy ?? before.Policy,
                };
                return operation.IsCreation
                    ? done with { Status = StackStatus.CreateComplete, Operation = null }
                    : done with { Status = StackStatus.UpdateCleanup, Operation = operation with { Phase = StackPhase.CleaningUp } };
            },
            CancellationToken.None);
        if (fault is not null)
        {
            await FailAsync(fault);
        }
    }

    /// <summary>An update that a client cancels is rolled back, a creation that it cancels is deleted; the operation says so itself.</summary>
    private Task FailAsync(string failure) => SetAsync(stack => AfterFailure(stack, stack.Operation!.IsCancelled ? StackStatus.ByUser : failure));

    private static StackDocument AfterFailure(StackDocument stack, string reason) => (stack.Operation!.Former, stack.Operation.OnFailure) switch
    {
        (_, FailureAction.DoNothing) => stack with
        {
            Status = stack.Operation.IsCreation ? StackStatus.CreateFailed : StackStatus.UpdateFailed,
            StatusReason = reason,
            Operation = null,
            Halted = stack.Operation,
        },
        (null, FailureAction.Delete) => stack with
        {
            Status = StackStatus.DeleteInProgress,
            StatusReason = reason,
            Operation = stack.Operation with { Phase = StackPhase.Deleting },
        },
        (null, _) => stack with
        {
            Status = StackStatus.RollbackInProgress,
            StatusReason = reason,
            Operation = stack.Operation with { Phase = StackPhase.RollingBackCreation },
        },
        _ => stack with
        {
            Status = StackStatus.UpdateRollback,
            StatusReason = reason,
            Operation = stack.Operation with { Phase = StackPhase.RollingBack },
        },
    };

    /// <summary>What the new template does not have, and what was replaced. What cannot be deleted is left, as by AWS.</summary>
    private async Task CleanUpAsync(StackDocument stack)
    {
        OpenTemplate open = evaluation.Open(stack, stack.Definition);
        HashSet<string> kept = [.. open.Graph.Order];
        await RemoveLeftoversAsync(stack, document => kept.Contains(document.LogicalId) ? [] : [FormerApart(stack, document)]);
        ResourceDocument[] documents = [.. StackDocuments.ResourcesOf(journal.Current, stack)];
        IEnumerable<Removal> removed = documents.Where(document => !kept.Contains(document.LogicalId))
            .Select(static document => Removal.Whole(document, IsRetained(document.Current?.DeletionPolicy, ofCreation: false)));
        IEnumerable<Removal> replaced = documents
            .Where(document => kept.Contains(document.LogicalId) && stack.Operation!.HasTouched(document)
                && document.Former is { } former && !types.AreSame(former, document.Current))
            .Select(static document => new Removal(
                document, document.Former, IsRetained(document.Current!.UpdateReplacePolicy, ofCreation: false), document with { Former = null }));
        await new ResourceRemoval(stack, types, journal, stopping, stopping).RunAsync([.. removed, .. replaced], keepsDocuments: false);
        await SetAsync(static stack => stack with { Status = StackStatus.UpdateComplete, StatusReason = null, Operation = null });
    }

    private async Task RollBackAsync(StackDocument stack)
    {
        ResourceRollback rollback = new(stack, types, journal, stopping, stopping);
        bool succeeded = await rollback.RunAsync();
        await SetAsync(stack => succeeded
            ? Restored(stack) with
            {
                Status = StackStatus.UpdateRollbackCleanup,
                StatusReason = null,
                Operation = stack.Operation! with { Phase = StackPhase.CleaningUpRollback },
            }
            : stack with
            {
                Status = StackStatus.UpdateRollbackFailed,
                StatusReason = $"The following resource(s) failed to update: [{string.Join(", ", rollback.Failed.Order(StringComparer.Ordinal))}]. ",
                Operation = null,
                Halted = stack.Operation,
            });
    }

    private static StackDocument Restored(StackDocument stack) => stack with
    {
        Definition = stack.Operation!.Former!,
        Outputs = stack.Operation.FormerOutputs,
        Imports = stack.Operation.FormerImports,
    };

    private async Task CleanUpRollbackAsync(StackDocument stack)
    {
        await RemoveLeftoversAsync(stack, static _ => []);
        string restored = $"{stack.Operation!.Token}/restored";
        Removal[] discarded =
        [
            .. StackDocuments.ResourcesOf(journal.Current, stack).Where(document => document.StepOf == restored)
                .Where(static document => document.Discarded is not null || document.Current is null)
                .Select(static document => new Removal(
                    document, document.Discarded, IsRetained: false, document.Current is null ? null : document with { Discarded = null })),
        ];
        await new ResourceRemoval(stack, types, journal, stopping, stopping).RunAsync(discarded, keepsDocuments: false);
        await SetAsync(static stack => stack with { Status = StackStatus.UpdateRollbackComplete, StatusReason = null, Operation = null });
    }

    private async Task RollBackCreationAsync(StackDocument stack)
    {
        await RemoveLeftoversAsync(stack, document => [FormerApart(stack, document), document.Discarded]);
        ResourceRemoval removal = new(stack, types, journal, stopping, stopping);
        bool succeeded = await removal.RunAsync([.. LeftOf(stack, ofCreation: true)], keepsDocuments: true);
        await SetAsync(stack => succeeded
            ? stack with { Status = StackStatus.RollbackComplete, StatusReason = null, Operation = null }
            : stack with { Status = StackStatus.RollbackFailed, StatusReason = removal.FailedReason, Operation = null });
    }

    private async Task DeleteAsync(StackDocument stack)
    {
        await RemoveLeftoversAsync(stack, document => [FormerApart(stack, document), document.Discarded]);
        ResourceRemoval removal = new(stack, types, journal, stopping, stopping);
        bool succeeded = await removal.RunAsync([.. LeftOf(stack, ofCreation: false)], keepsDocuments: true);
        await SetAsync(stack => succeeded
            ? stack with { Status = StackStatus.DeleteComplete, StatusReason = null, Deleted = journal.Now, Operation = null, Outputs = [], Imports = [] }
            : stack with { Status = StackStatus.DeleteFailed, StatusReason = removal.FailedReason, Operation = null });
    }

    /// <summary>What an operation that was left had replaced, and would have deleted at its end; null when there is nothing.</summary>
    private PhysicalResource? FormerApart(StackDocument stack, ResourceDocument document) =>
        stack.Operation!.HasTouched(document) && document is { Former: { } former, Current: { } current } && !types.AreSame(former, current) ? former : null;

    /// <summary>
    /// Deletes what stands beside the resources' present things, one of each resource after the other. What cannot be deleted is left, as
    /// by AWS.
    /// </summary>
    /// <param name="furtherOf">What else of a resource is to go, when its leftovers are gone.</param>
    private async Task RemoveLeftoversAsync(StackDocument stack, Func<ResourceDocument, IEnumerable<PhysicalResource?>> furtherOf)
    {
        HashSet<string> tried = new(StringComparer.Ordinal);
        while (true)
        {
            Removal[] removals =
            [
                .. StackDocuments.ResourcesOf(journal.Current, stack)
                    .Select(document => (Document: document, Thing: NextOf(document)))
                    .Where(static next => next.Thing is not null)
                    .Select(static next => new Removal(
                        next.Document,
                        next.Thing,
                        next.Thing == next.Document.Former && IsRetained(next.Thing!.DeletionPolicy, ofCreation: false),
                        Without(next.Document, next.Thing!))),
            ];
            if (removals.Length == 0)
            {
                return;
            }

            foreach (Removal removal in removals)
            {
                tried.Add(KeyOf(removal.Document, removal.Thing!));
            }

            await new ResourceRemoval(stack, types, journal, stopping, stopping).RunAsync(removals, keepsDocuments: true);
        }

        PhysicalResource? NextOf(ResourceDocument document) => document.Leftovers
            .Append(document.Current is null ? null : Removal.MadeBy(document)).Concat(furtherOf(document))
            .FirstOrDefault(thing => thing is not null && !tried.Contains(KeyOf(document, thing)));

        static string KeyOf(ResourceDocument document, PhysicalResource thing) => $"{document.LogicalId}/{thing.PhysicalId}";
    }

    private static ResourceDocument Without(ResourceDocument document, PhysicalResource thing) =>
        document.Leftovers.Contains(thing) ? document with { Leftovers = [.. document.Leftovers.Where(left => left != thing)] }
        : document.Former == thing ? document with { Former = null }
        : document.Discarded == thing ? document with { Discarded = null }
        : document with { Attempt = document.Attempt! with { Made = null } };

    private IEnumerable<Removal> LeftOf(StackDocument stack, bool ofCreation) => StackDocuments.ResourcesOf(journal.Current, stack)
        .Where(static document => document.Status is not (StackStatus.DeleteComplete or StackStatus.DeleteSkipped))
        .Select(document => Removal.Whole(
            document,
            stack.Operation!.Retained.Contains(document.LogicalId, StringComparer.Ordinal) || IsRetained(document.Current?.DeletionPolicy, ofCreation)));

    private static bool IsRetained(string? policy, bool ofCreation) => policy == "Retain" || (policy == "RetainExceptOnCreate" && !ofCreation);

    private Task SetAsync(Func<StackDocument, StackDocument> change) =>
        journal.ChangeAsync(stackId, (_, stack) => change(stack), CancellationToken.None);
}
