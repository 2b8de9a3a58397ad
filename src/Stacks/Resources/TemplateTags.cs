using Lamina.Stacks.Evaluation;

namespace Lamina.Stacks.Resources;

/// <summary>The tags that the template and the stack say a resource has.</summary>
internal static class TemplateTags
{
    public static Dictionary<string, string> Of(ResourceCall call) => RequestBodies.TagsOf(call, "Tags").Entries.ToDictionary(
        static tag => tag.Key.Name, static tag => Scalars.TextOf(tag.Value) ?? "", StringComparer.Ordinal);

    /// <summary>Gives a resource these tags and no others.</summary>
    /// <param name="there">Keys of the tags that it has.</param>
    public static async Task ApplyAsync(
        ResourceCall call, IEnumerable<string> there, Func<string[], Task> remove, Func<Dictionary<string, string>, Task> add)
    {
        Dictionary<string, string> wanted = Of(call);
        string[] surplus = [.. there.Where(key => !wanted.ContainsKey(key))];
        if (surplus.Length > 0)
        {
            await remove(surplus);
        }

        if (wanted.Count > 0)
        {
            await add(wanted);
        }
    }
}
