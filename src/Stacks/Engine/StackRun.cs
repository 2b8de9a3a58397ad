using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Resources;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Engine;

/// <summary>
/// Runs the operation of one stack to its end, phase after phase. Each phase begins from what the catalog says, so it does not matter
/// whether the phase is new or was left by a crash.
/// A creation is Deploying, and where that fails RollingBackCreation. An update is Deploying and CleaningUp, or, where it fails, RollingBack
/// and CleaningUpRollback. A deletion is Deleting.
/// </summary>
internal sealed class StackRun(
    string stackId, StackEvaluation evaluation, ResourceTypes types, StackJournal journal, TimeProvider time, CancellationToken stopping)
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
        using CancellationTokenSource timeOver = new(stack.TimeoutMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : Forever, time);
        using CancellationTokenSource givenUp = CancellationTokenSource.CreateLinkedTokenSource(stopping, timeOver.Token);
        ResourceDeployment deployment = new(stack, open, types, journal, givenUp.Token, stopping);
        bool succeeded = await GraphRun.RunAsync(
            open.Graph.Order,
            open.Graph.NeedsOf,
            async id =>
            {
                bool done = await deployment.RunAsync(id);
                if (!done)
                {
                    await givenUp.CancelAsync();
                }

                return done;
            },
            stopsAtFailure: true);
        if (!succeeded)
        {
            await FailAsync(stack, ReasonOf(stack, deployment));
            return;
        }

        StackOutput[] outputs;
        try
        {
            outputs = [.. OutputsOf(open)];
        }
        catch (AwsError fault)
        {
            await FailAsync(stack, fault.Message);
            return;
        }

        await SucceedAsync(stack, outputs, [.. open.Evaluator.Imports]);
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
    private async Task SucceedAsync(StackDocument stack, StackOutput[] outputs, IReadOnlyList<string> imports)
    {
        string? fault = null;
        await journal.ChangeAsync(
            stackId,
            (transaction, before) =>
            {
                fault = StackExports.FaultOf(transaction, before, outputs);
                if (fault is not null)
                {
                    return before;
                }

                StackDocument done = before with { Outputs = outputs, Imports = imports, StatusReason = null };
                return before.Operation!.Former is null
                    ? done with { Status = StackStatus.CreateComplete, Operation = null }
                    : done with { Status = StackStatus.UpdateCleanup, Operation = before.Operation with { Phase = StackPhase.CleaningUp } };
            },
            CancellationToken.None);
        if (fault is not null)
        {
            await FailAsync(stack, fault);
        }
    }

    private Task FailAsync(StackDocument stack, string reason) => SetAsync(stack => (stack.Operation!.Former, stack.Operation.OnFailure) switch
    {
        (null, FailureAction.DoNothing) => stack with { Status = StackStatus.CreateFailed, StatusReason = reason, Operation = null },
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
        (_, FailureAction.DoNothing) => stack with { Status = StackStatus.UpdateFailed, StatusReason = reason, Operation = null },
        _ => stack with
        {
            Status = StackStatus.UpdateRollback,
            StatusReason = reason,
            Operation = stack.Operation with { Phase = StackPhase.RollingBack },
        },
    });

    /// <summary>What the new template does not have, and what was replaced. What cannot be deleted is left, as by AWS.</summary>
    private async Task CleanUpAsync(StackDocument stack)
    {
        OpenTemplate open = evaluation.Open(stack, stack.Definition);
        HashSet<string> kept = [.. open.Graph.Order];
        ResourceDocument[] documents = [.. StackDocuments.ResourcesOf(journal.Current, stack)];
        IEnumerable<Removal> removed = documents.Where(document => !kept.Contains(document.LogicalId))
            .Select(static document => Removal.Whole(document, IsRetained(document.Current?.DeletionPolicy, ofCreation: false)));
        IEnumerable<Removal> replaced = documents
            .Where(document => kept.Contains(document.LogicalId) && document.StepOf == stack.Operation!.Token
                && document.Former is { } former && former.PhysicalId != document.Current?.PhysicalId)
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
            : Restored(stack) with
            {
                Status = StackStatus.UpdateRollbackFailed,
                StatusReason = $"The following resource(s) failed to update: [{string.Join(", ", rollback.Failed.Order(StringComparer.Ordinal))}]. ",
                Operation = null,
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
        ResourceRemoval removal = new(stack, types, journal, stopping, stopping);
        bool succeeded = await removal.RunAsync([.. LeftOf(stack, ofCreation: true)], keepsDocuments: true);
        await SetAsync(stack => succeeded
            ? stack with { Status = StackStatus.RollbackComplete, StatusReason = null, Operation = null }
            : stack with { Status = StackStatus.RollbackFailed, StatusReason = removal.FailedReason, Operation = null });
    }

    private async Task DeleteAsync(StackDocument stack)
    {
        ResourceRemoval removal = new(stack, types, journal, stopping, stopping);
        bool succeeded = await removal.RunAsync([.. LeftOf(stack, ofCreation: false)], keepsDocuments: true);
        await SetAsync(stack => succeeded
            ? stack with { Status = StackStatus.DeleteComplete, StatusReason = null, Deleted = journal.Now, Operation = null, Outputs = [], Imports = [] }
            : stack with { Status = StackStatus.DeleteFailed, StatusReason = removal.FailedReason, Operation = null });
    }

    private IEnumerable<Removal> LeftOf(StackDocument stack, bool ofCreation) => StackDocuments.ResourcesOf(journal.Current, stack)
        .Where(static document => document.Status is not (StackStatus.DeleteComplete or StackStatus.DeleteSkipped))
        .Select(document => Removal.Whole(
            document,
            stack.Operation!.Retained.Contains(document.LogicalId, StringComparer.Ordinal) || IsRetained(document.Current?.DeletionPolicy, ofCreation)));

    private static bool IsRetained(string? policy, bool ofCreation) => policy == "Retain" || (policy == "RetainExceptOnCreate" && !ofCreation);

    private Task SetAsync(Func<StackDocument, StackDocument> change) =>
        journal.ChangeAsync(stackId, (_, stack) => change(stack), CancellationToken.None);
}
