using System.Collections.Immutable;
using Lamina.Contract;

namespace Lamina.Functions.Settings;

/// <summary>The rules of tags on any resource, with AWS's texts (recorded).</summary>
internal static class TagRules
{
    /// <summary>Null when there are none: AWS leaves the member out of GetFunction then.</summary>
    public static IReadOnlyDictionary<string, string>? Added(
        IReadOnlyDictionary<string, string>? before, IReadOnlyDictionary<string, string> added)
    {
        ImmutableDictionary<string, string> tags = (before ?? ImmutableDictionary<string, string>.Empty).ToImmutableDictionary().SetItems(added);
        Check(tags);
        return tags.IsEmpty ? null : tags;
    }

    public static IReadOnlyDictionary<string, string>? Removed(IReadOnlyDictionary<string, string>? before, IReadOnlyList<string> keys)
    {
        ImmutableDictionary<string, string> tags = (before ?? ImmutableDictionary<string, string>.Empty).ToImmutableDictionary().RemoveRange(keys);
        return tags.IsEmpty ? null : tags;
    }

    public static void Check(IReadOnlyDictionary<string, string>? tags)
    {
        if (tags?.Count > Limits.TagsPerResource)
        {
            throw AwsError.InvalidParameterValue("Number of tags exceeds resource tag limit.");
        }
    }
}
