using Lamina.Store;

namespace Lamina.Stacks.Engine;

/// <summary>Writes what happens to stacks: each step of an operation with its events in one transaction.</summary>
internal sealed class StackJournal(ICatalog catalog, TimeProvider time)
{
    public CatalogSnapshot Current => catalog.Current;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Changes a stack; where its status changes an event says so. Null when the stack is no longer there.</summary>
    public Task<StackDocument?> ChangeAsync(
        string stackId, Func<CatalogTransaction, StackDocument, StackDocument> change, CancellationToken cancellationToken) =>
        catalog.CommitAsync(
            transaction =>
            {
                if (StackDocuments.ById(transaction, stackId) is not { } before)
                {
                    return null;
                }

                StackDocument after = change(transaction, before);
                Put(transaction, before, after);
                return after;
            },
            cancellationToken);

    /// <summary>Writes a stack, with an event where its status is a new one.</summary>
    public void Put(CatalogTransaction transaction, StackDocument? before, StackDocument after)
    {
        StackDocuments.Put(transaction, after);
        if (before?.Status != after.Status)
        {
            StackDocuments.Add(transaction, after, new StackEvent
            {
                EventId = Guid.NewGuid().ToString(),
                LogicalId = after.Name,
                PhysicalId = after.Id,
                Type = "AWS::CloudFormation::Stack",
                Time = Now,
                Status = after.Status,
                Reason = after.StatusReason,
                ClientToken = (after.Operation ?? before?.Operation)?.ClientToken,
            });
        }
    }

    /// <summary>Writes a resource, and an event for each of the notes.</summary>
    public Task WriteAsync(StackDocument stack, ResourceDocument resource, params IReadOnlyList<ResourceNote> notes) => catalog.CommitAsync(
        transaction =>
        {
            StackDocuments.Put(transaction, stack, resource);
            Add(transaction, stack, resource, notes);
            return true;
        },
        CancellationToken.None);

    /// <summary>Takes a resource out of the stack's list; its events stay.</summary>
    public Task ForgetAsync(StackDocument stack, ResourceDocument resource, params IReadOnlyList<ResourceNote> notes) => catalog.CommitAsync(
        transaction =>
        {
            StackDocuments.DeleteResource(transaction, stack, resource.LogicalId);
            Add(transaction, stack, resource, notes);
            return true;
        },
        CancellationToken.None);

    private void Add(CatalogTransaction transaction, StackDocument stack, ResourceDocument resource, IReadOnlyList<ResourceNote> notes)
    {
        foreach (ResourceNote note in notes)
        {
            StackDocuments.Add(transaction, stack, new StackEvent
            {
                EventId = $"{resource.LogicalId}-{note.Status}-{Now:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}",
                LogicalId = resource.LogicalId,
                PhysicalId = note.PhysicalId ?? "",
                Type = resource.Type,
                Time = Now,
                Status = note.Status,
                Reason = note.Reason,
                Properties = note.Properties,
                ClientToken = stack.Operation?.ClientToken,
            });
        }
    }
}

/// <summary>What an event says of a resource.</summary>
internal sealed record ResourceNote(string Status, string? PhysicalId, string? Reason, string? Properties);
