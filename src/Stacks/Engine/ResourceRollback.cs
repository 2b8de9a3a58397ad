using System.Collections.Concurrent;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Resources;
using Lamina.Store;

namespace Lamina.Stacks.Engine;

/// <summary>
/// Brings back what a failed update had changed, one resource after the other in the order of their needs. What was there before is
/// written in the documents, so nothing is evaluated. What the update had made is only set aside: the clean-up deletes it.
/// </summary>
internal sealed class ResourceRollback(
    StackDocument stack, ResourceTypes types, StackJournal journal, CancellationToken givenUp, CancellationToken stopping)
{
    private readonly StackOperation _operation = stack.Operation!;

    public ConcurrentBag<string> Failed { get; } = [];

    private string Restored => $"{_operation.Token}/restored";

    public Task<bool> RunAsync()
    {
        Dictionary<string, ResourceDocument> touched = StackDocuments.ResourcesOf(journal.Current, stack)
            .Where(_operation.HasTouched).ToDictionary(static document => document.LogicalId, StringComparer.Ordinal);
        return GraphRun.RunAsync(
            Order(touched), id => NeedsOf(touched[id]), id => RestoreAsync(touched[id]), stopsAtFailure: false);
    }

    /// <summary>Takes a resource that could not be changed back as changed back. Throws ValidationError for any other.</summary>
    public static void Skip(CatalogTransaction transaction, StackDocument stack, StackOperation operation, string logicalId)
    {
        if (StackDocuments.FindResource(transaction, stack, logicalId) is not { Status: StackStatus.UpdateFailed, Former: { } former } document
            || !operation.HasTouched(document))
        {
            throw StackErrors.Validation($"Resource {logicalId} cannot be skipped: only resources in the state UPDATE_FAILED can.");
        }

        StackDocuments.Put(transaction, stack, document with
        {
            Status = StackStatus.UpdateComplete,
            StatusReason = null,
            Current = former,
            Former = null,
            Attempt = null,
            PhysicalId = former.PhysicalId,
            StepOf = $"{operation.Token}/restored",
        });
    }

    private static IReadOnlyList<string> NeedsOf(ResourceDocument document) => document.Former?.Needs ?? [];

    private static List<string> Order(Dictionary<string, ResourceDocument> touched)
    {
        List<string> order = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        void Visit(string id)
        {
            if (touched.TryGetValue(id, out ResourceDocument? document) && seen.Add(id))
            {
                foreach (string need in NeedsOf(document))
                {
                    Visit(need);
                }

                order.Add(id);
            }
        }

        foreach (string id in touched.Keys)
        {
            Visit(id);
        }

        return order;
    }

    private async Task<bool> RestoreAsync(ResourceDocument document)
    {
        ResourceDocument back = document with { StepOf = Restored, Attempt = null, Former = null, StatusReason = null, Changed = journal.Now };
        if (document.Former is not { } former)
        {
            // Made by the update, or about to be.
            await journal.WriteAsync(
                stack,
                back with
                {
                    Current = null,
                    Discarded = document.Current ?? Removal.MadeBy(document),
                    Leftovers = LeftoversOf(document, hasOther: document.Current is not null),
                });
            return true;
        }

        PhysicalResource current = document.Current!;
        bool isReplaced = !types.AreSame(former, current);
        PhysicalResource? made = isReplaced ? current : Removal.MadeBy(document);
        back = back with { Leftovers = LeftoversOf(document, hasOther: isReplaced) };
        bool isChanged = made is null && (current.Properties != former.Properties || document.Attempt is { IsCreation: false } || IsTagged(document));
        back = back with { Current = former, PhysicalId = former.PhysicalId, Discarded = made, Status = StackStatus.UpdateComplete };
        if (!isChanged)
        {
            ResourceNote[] notes = made is null && !document.Status.EndsWith("_FAILED", StringComparison.Ordinal)
                ? [] : [new(StackStatus.UpdateComplete, former.PhysicalId, null, former.Properties)];
            await journal.WriteAsync(stack, back, notes);
            return true;
        }

        return await ChangeBackAsync(document, former, back);
    }

    /// <param name="hasOther">Whether something else is set aside than what a failed replacement had made.</param>
    private static IReadOnlyList<PhysicalResource> LeftoversOf(ResourceDocument document, bool hasOther) =>
        hasOther && Removal.MadeBy(document) is { } made ? [.. document.Leftovers, made] : document.Leftovers;

    /// <summary>Whether the update changed no property and gave the resource the stack's new tags all the same.</summary>
    private bool IsTagged(ResourceDocument document) =>
        stack.ChangesTags() && types.Require(document.Type).HasTags() && document.Status == StackStatus.UpdateComplete;

    private async Task<bool> ChangeBackAsync(ResourceDocument document, PhysicalResource former, ResourceDocument back)
    {
        await journal.WriteAsync(
            stack,
            document with { Status = StackStatus.UpdateInProgress, StatusReason = null, Changed = journal.Now },
            new ResourceNote(StackStatus.UpdateInProgress, former.PhysicalId, null, former.Properties));
        try
        {
            string before = document.Attempt?.Properties ?? document.Current!.Properties;
            ResourceResult result = await types.Require(former.Type).UpdateAsync(CallOf(document, former), PropertiesJson.ReadMap(before), stopping);
            PhysicalResource restored = former with { PhysicalId = result.PhysicalId, Attributes = PropertiesJson.Write(result.Attributes) };
            await journal.WriteAsync(
                stack,
                back with { Current = restored, PhysicalId = restored.PhysicalId, Changed = journal.Now },
                new ResourceNote(StackStatus.UpdateComplete, restored.PhysicalId, null, former.Properties));
            return true;
        }
        catch (Exception error) when (ResourceFailure.IsOfResource(error))
        {
            Failed.Add(document.LogicalId);
            string reason = ResourceFailure.ReasonOf(error, Guid.NewGuid().ToString());
            await journal.WriteAsync(
                stack,
                document with { Status = StackStatus.UpdateFailed, StatusReason = reason, Changed = journal.Now },
                new ResourceNote(StackStatus.UpdateFailed, former.PhysicalId, reason, former.Properties));
            return false;
        }
    }

    private ResourceCall CallOf(ResourceDocument document, PhysicalResource former) => new()
    {
        Caller = stack.Caller,
        Stack = stack.Identity,
        StackTags = _operation.Former!.Tags,
        LogicalId = document.LogicalId,
        Type = former.Type,
        Name = former.PhysicalId,
        PhysicalId = former.PhysicalId,
        Properties = PropertiesJson.ReadMap(former.Properties),
        Mark = null,
        Token = $"{_operation.Token}-{document.LogicalId}-restore",
        IsRepeated = true,
        InitiatedAsync = static _ => Task.CompletedTask,
        GivenUp = givenUp,
    };
}
