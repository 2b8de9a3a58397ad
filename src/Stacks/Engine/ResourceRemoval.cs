using System.Collections.Concurrent;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Resources;

namespace Lamina.Stacks.Engine;

/// <summary>Deletes things of a stack, each after all that needs it.</summary>
internal sealed class ResourceRemoval(
    StackDocument stack, ResourceTypes types, StackJournal journal, CancellationToken givenUp, CancellationToken stopping)
{
    public ConcurrentBag<string> Failed { get; } = [];

    /// <summary>The reasons of what failed, as a stack's status tells them.</summary>
    public string FailedReason => $"The following resource(s) failed to delete: [{string.Join(", ", Failed.Order(StringComparer.Ordinal))}]. ";

    /// <summary>Whether everything is gone, or was to stay.</summary>
    /// <param name="keepsDocuments">Whether what is deleted stays in the stack's list as deleted.</param>
    public Task<bool> RunAsync(IReadOnlyList<Removal> removals, bool keepsDocuments)
    {
        Dictionary<string, Removal> byId = removals.ToDictionary(static removal => removal.Document.LogicalId, StringComparer.Ordinal);
        ILookup<string, string> neededBy = removals
            .SelectMany(static removal => removal.Thing?.Needs.Select(needed => (Needed: needed, By: removal.Document.LogicalId)) ?? [])
            .ToLookup(static pair => pair.Needed, static pair => pair.By, StringComparer.Ordinal);
        return GraphRun.RunAsync(
            Order(byId, neededBy), id => neededBy[id], id => RemoveAsync(byId[id], keepsDocuments), stopsAtFailure: false);
    }

    /// <summary>Those first that nothing needs.</summary>
    private static List<string> Order(Dictionary<string, Removal> removals, ILookup<string, string> neededBy)
    {
        List<string> order = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        void Visit(string id)
        {
            if (removals.ContainsKey(id) && seen.Add(id))
            {
                foreach (string user in neededBy[id])
                {
                    Visit(user);
                }

                order.Add(id);
            }
        }

        foreach (string id in removals.Keys)
        {
            Visit(id);
        }

        return order;
    }

    private async Task<bool> RemoveAsync(Removal removal, bool keepsDocument)
    {
        if (removal.Thing is not { } thing)
        {
            await EndAsync(removal, keepsDocument, null);
            return true;
        }

        if (removal.IsRetained)
        {
            await EndAsync(removal, keepsDocument, new ResourceNote(StackStatus.DeleteSkipped, thing.PhysicalId, null, null));
            return true;
        }

        if (removal.Document.Status != StackStatus.DeleteInProgress)
        {
            await journal.WriteAsync(
                stack,
                Told(removal, StackStatus.DeleteInProgress, reason: null),
                new ResourceNote(StackStatus.DeleteInProgress, thing.PhysicalId, null, thing.Properties));
        }

        try
        {
            await types.Require(thing.Type).DeleteAsync(CallOf(removal, thing), stopping);
        }
        catch (Exception error) when (ResourceFailure.IsOfResource(error))
        {
            string reason = ResourceFailure.ReasonOf(error, Guid.NewGuid().ToString());
            if (stack.Operation!.IsForced)
            {
                await EndAsync(removal, keepsDocument, new ResourceNote(StackStatus.DeleteSkipped, thing.PhysicalId, reason, thing.Properties));
                return true;
            }

            await FailAsync(removal, thing, reason);
            return false;
        }

        await EndAsync(removal, keepsDocument, new ResourceNote(StackStatus.DeleteComplete, thing.PhysicalId, null, thing.Properties));
        return true;
    }

    private async Task FailAsync(Removal removal, PhysicalResource thing, string reason)
    {
        Failed.Add(removal.Document.LogicalId);
        await journal.WriteAsync(
            stack,
            Told(removal, StackStatus.DeleteFailed, reason),
            new ResourceNote(StackStatus.DeleteFailed, thing.PhysicalId, reason, thing.Properties));
    }

    /// <summary>A resource of which only a former thing goes keeps its status.</summary>
    private ResourceDocument Told(Removal removal, string status, string? reason) =>
        removal.IsWhole ? removal.Document with { Status = status, StatusReason = reason, Changed = journal.Now } : removal.Document;

    private Task EndAsync(Removal removal, bool keepsDocument, ResourceNote? note)
    {
        IReadOnlyList<ResourceNote> notes = note is null ? [] : [note];
        if (!removal.IsWhole)
        {
            return journal.WriteAsync(stack, removal.Rest!, notes);
        }

        return keepsDocument
            ? journal.WriteAsync(
                stack,
                removal.Document with
                {
                    Status = note?.Status ?? StackStatus.DeleteComplete,
                    StatusReason = null,
                    Changed = journal.Now,
                    Current = null,
                    Former = null,
                    Attempt = null,
                    Discarded = null,
                    Leftovers = [],
                },
                notes)
            : journal.ForgetAsync(stack, removal.Document, notes);
    }

    private ResourceCall CallOf(Removal removal, PhysicalResource thing) => new()
    {
        Caller = stack.Caller,
        Stack = stack.Identity,
        StackTags = stack.Definition.Tags,
        LogicalId = removal.Document.LogicalId,
        Type = thing.Type,
        Name = thing.PhysicalId,
        PhysicalId = thing.PhysicalId,
        Properties = PropertiesJson.ReadMap(thing.Properties),
        Mark = null,
        Token = $"{stack.Operation!.Token}-{removal.Document.LogicalId}-delete",
        IsRepeated = removal.Document.Status == StackStatus.DeleteInProgress,
        InitiatedAsync = static _ => Task.CompletedTask,
        GivenUp = givenUp,
    };
}

/// <summary>One thing to delete.</summary>
/// <param name="Thing">Null where nothing was made: only the document goes.</param>
/// <param name="Rest">What the document is without the thing; null where the resource goes as a whole.</param>
internal sealed record Removal(ResourceDocument Document, PhysicalResource? Thing, bool IsRetained, ResourceDocument? Rest)
{
    public bool IsWhole => Rest is null;

    /// <summary>All of a resource, also what a failed creation had made.</summary>
    public static Removal Whole(ResourceDocument document, bool isRetained) => new(document, document.Current ?? MadeBy(document), isRetained, null);

    public static PhysicalResource? MadeBy(ResourceDocument document) => document.Attempt is { IsCreation: true, Made: { } made } attempt
        ? new PhysicalResource
        {
            Type = document.Type,
            PhysicalId = made,
            Properties = attempt.Properties,
            Attributes = "{}",
            Needs = attempt.Needs,
            DeletionPolicy = "Delete",
            UpdateReplacePolicy = "Delete",
        }
        : null;
}
