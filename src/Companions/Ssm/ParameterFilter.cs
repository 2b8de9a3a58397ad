using System.Collections.Immutable;

namespace Lamina.Companions.Ssm;

/// <summary>One filter of DescribeParameters or GetParametersByPath: a parameter must match any of its values.</summary>
/// <param name="Key">Name, Type, KeyId, Path, Label, Tier, DataType or <c>tag:KEY</c>.</param>
/// <param name="Option">Equals, BeginsWith, Contains; of a path Recursive or OneLevel. Null: Equals, OneLevel.</param>
public sealed record ParameterFilter(string Key, string? Option, IReadOnlyList<string> Values)
{
    private const string Tag = "tag:";

    private static readonly ImmutableArray<string> KeysByPath = ["Type", "KeyId", "Label", "DataType"];
    private static readonly ImmutableArray<string> KeysOfAll = ["Path", "Name", "Type", "KeyId", "Tier", "DataType"];

    /// <summary>Throws for what AWS does not take.</summary>
    /// <param name="byPath">The filters are GetParametersByPath's.</param>
    public static void Check(IReadOnlyList<ParameterFilter> filters, bool byPath)
    {
        ImmutableArray<string> keys = byPath ? KeysByPath : KeysOfAll;
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (ParameterFilter filter in filters)
        {
            bool isTag = !byPath && filter.Key.StartsWith(Tag, StringComparison.Ordinal);
            if (!isTag && !keys.Contains(filter.Key))
            {
                throw SsmErrors.InvalidFilterKey(
                    $"The following filter key is not valid: {filter.Key}. Valid filter keys include: [{string.Join(", ", keys)}].");
            }

            if (!isTag && filter.Values.Count == 0)
            {
                throw SsmErrors.InvalidFilterValue($"The following filter values are missing : null for filter key {filter.Key}.");
            }

            if (!seen.Add(filter.Key))
            {
                throw SsmErrors.InvalidFilterKey(
                    $"The following filter is duplicated in the request: {filter.Key}. A request can contain only one occurrence of a specific filter.");
            }

            filter.CheckOption();
        }
    }

    public bool Matches(FoundParameter found) => Key switch
    {
        "Path" => Values.Any(path => IsBelow(found.Parameter.Name, path, Option == "Recursive")),
        "Name" => MatchesAny(found.Parameter.Name, isName: true),
        "Type" => MatchesAny(found.Version.Type, isName: false),
        "KeyId" => found.Version.KeyId is { } key && MatchesAny(key, isName: false),
        "Tier" => MatchesAny(found.Version.Tier, isName: false),
        "DataType" => MatchesAny(found.Version.DataType, isName: false),
        "Label" => found.Version.Labels.Any(label => MatchesAny(label, isName: false)),
        _ => found.Parameter.Tags.TryGetValue(Key[Tag.Length..], out string? value) && (Values.Count == 0 || MatchesAny(value, isName: false)),
    };

    /// <param name="recursive">Also what lies deeper than the path's own level.</param>
    public static bool IsBelow(string name, string path, bool recursive)
    {
        string prefix = path.EndsWith('/') ? path : path + "/";
        if (prefix == "/" && !name.StartsWith('/'))
        {
            // Parameters without a path lie at the root.
            return true;
        }

        return name.StartsWith(prefix, StringComparison.Ordinal) && (recursive || name.IndexOf('/', prefix.Length) < 0);
    }

    private void CheckOption()
    {
        string[] options = Key switch
        {
            "Path" => ["Recursive", "OneLevel"],
            "Name" => ["BeginsWith", "Equals", "Contains"],
            _ => ["BeginsWith", "Equals"],
        };
        if (Option is { } option && !options.Contains(option))
        {
            throw SsmErrors.InvalidFilterOption($"The following filter option is not valid: {option}. Valid options include: [{string.Join(", ", options)}].");
        }

        if (Key == "Path")
        {
            foreach (string path in Values)
            {
                ParameterRules.CheckPath(path);
            }
        }
    }

    /// <summary>A name may be asked for with or without the slash it starts with.</summary>
    private bool MatchesAny(string text, bool isName) => Values.Any(value => Option switch
    {
        "BeginsWith" => text.StartsWith(value, StringComparison.Ordinal) || (isName && text.StartsWith("/" + value, StringComparison.Ordinal)),
        "Contains" => text.Contains(value, StringComparison.Ordinal),
        _ => text == value || (isName && text == "/" + value),
    });
}
