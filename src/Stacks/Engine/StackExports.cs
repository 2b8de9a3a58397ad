using Lamina.Store;

namespace Lamina.Stacks.Engine;

/// <summary>Exports are unique in an account's region, and what another stack imports stays as it is.</summary>
internal static class StackExports
{
    /// <summary>What keeps a stack from having these outputs; null when nothing does.</summary>
    public static string? FaultOf(CatalogSnapshot snapshot, StackDocument stack, IReadOnlyList<StackOutput> outputs)
    {
        StackDocument[] others = [.. OthersOf(snapshot, stack)];
        foreach (StackOutput output in outputs.Where(static output => output.ExportName is not null))
        {
            if (others.FirstOrDefault(other => other.Outputs.Any(theirs => theirs.ExportName == output.ExportName)) is { } owner)
            {
                return $"Export with name {output.ExportName} is already exported by stack {owner.Name}. Rename the export, or remove it from that stack.";
            }
        }

        return stack.Outputs.Where(static before => before.ExportName is not null)
            .Select(before => ChangeFaultOf(before, outputs.FirstOrDefault(after => after.ExportName == before.ExportName), others))
            .FirstOrDefault(static fault => fault is not null);
    }

    public static IEnumerable<StackDocument> UsersOf(CatalogSnapshot snapshot, StackDocument stack, string exportName) =>
        OthersOf(snapshot, stack).Where(other => other.Imports.Contains(exportName, StringComparer.Ordinal));

    private static IEnumerable<StackDocument> OthersOf(CatalogSnapshot snapshot, StackDocument stack) =>
        StackDocuments.Of(snapshot, stack.Identity.Account, stack.Region).Where(other => other.Id != stack.Id && other.Status != StackStatus.DeleteComplete);

    private static string? ChangeFaultOf(StackOutput before, StackOutput? after, StackDocument[] others)
    {
        string[] users = [.. others.Where(other => other.Imports.Contains(before.ExportName, StringComparer.Ordinal)).Select(static other => other.Name)];
        return users.Length == 0 || after?.Value == before.Value ? null
            : after is null ? $"Export {before.ExportName} cannot be deleted as it is in use by {string.Join(", ", users)}"
            : $"Export {before.ExportName} cannot be updated as it is in use by {string.Join(", ", users)}";
    }
}
