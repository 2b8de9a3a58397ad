namespace Lamina.Stacks.Resources.Lambda;

/// <summary>The tags of what Lambda's own operations tag.</summary>
internal static class LambdaTags
{
    public static Task ApplyAsync(StackRoomParts rooms, ResourceCall call, string arn, CancellationToken cancellationToken) => TemplateTags.ApplyAsync(
        call,
        rooms.Tags.List(call.Caller, arn).Keys,
        surplus => rooms.Tags.RemoveAsync(call.Caller, arn, surplus, cancellationToken),
        wanted => rooms.Tags.AddAsync(call.Caller, arn, wanted, cancellationToken));
}
