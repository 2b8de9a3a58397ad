using System.Collections.Immutable;
using Lamina.Contract;

namespace Lamina.Access.Identities;

/// <summary>Tags of IAM's things.</summary>
internal static class Tagging
{
    public static ImmutableSortedDictionary<string, string> New(IReadOnlyList<KeyValuePair<string, string>> tags) =>
        Add(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), tags);

    public static ImmutableSortedDictionary<string, string> Add(
        ImmutableSortedDictionary<string, string> before, IReadOnlyList<KeyValuePair<string, string>> tags)
    {
        if (tags.Select(static tag => tag.Key).Distinct(StringComparer.OrdinalIgnoreCase).Count() < tags.Count)
        {
            throw IdentityErrors.InvalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        }

        ImmutableSortedDictionary<string, string> after = before.SetItems(tags);
        return after.Count <= Limits.IdentityTags
            ? after
            : throw IdentityErrors.LimitExceeded("The number of tags has reached the maximum limit.");
    }
}
