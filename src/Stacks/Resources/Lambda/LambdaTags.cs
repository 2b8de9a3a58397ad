using Lamina.Stacks.Evaluation;

namespace Lamina.Stacks.Resources.Lambda;

/// <summary>The tags of what Lambda's own operations tag.</summary>
internal static class LambdaTags
{
    /// <summary>Gives a resource the tags that the template and the stack say, and no others.</summary>
    public static async Task ApplyAsync(StackRoomParts rooms, ResourceCall call, string arn, CancellationToken cancellationToken)
    {
        Dictionary<string, string> wanted = RequestBodies.TagsOf(call, "Tags").Entries.ToDictionary(
            static tag => tag.Key.Name, static tag => Scalars.TextOf(tag.Value) ?? "", StringComparer.Ordinal);
        string[] surplus = [.. rooms.Tags.List(call.Caller, arn).Keys.Where(key => !wanted.ContainsKey(key))];
        if (surplus.Length > 0)
        {
            await rooms.Tags.RemoveAsync(call.Caller, arn, surplus, cancellationToken);
        }

        if (wanted.Count > 0)
        {
            await rooms.Tags.AddAsync(call.Caller, arn, wanted, cancellationToken);
        }
    }
}
