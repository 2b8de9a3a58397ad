using System.Globalization;

namespace Lamina.Contract;

/// <summary>Collects every constraint a request violates and words them as AWS does, in one ValidationException.</summary>
internal sealed class ConstraintViolations
{
    private static readonly string[] NotNull = ["Member must not be null"];

    private List<string>? _found;

    public void Required(object? value, string path)
    {
        if (value is null)
        {
            Add($"Value null at '{path}' failed to satisfy constraint: Member must not be null");
        }
    }

    public void Check(TextConstraint constraint, string? value, string path)
    {
        if (value is null)
        {
            return;
        }

        foreach (string violated in constraint.Violated(value))
        {
            Add(value, constraint.Sensitive, path, violated);
        }
    }

    public void Check(NumberConstraint constraint, double? value, string path)
    {
        if (value is { } number && constraint.Violated(number) is { } violated)
        {
            Add(constraint.Format(number), sensitive: false, path, violated);
        }
    }

    public void Check(ListConstraint constraint, IReadOnlyList<string?>? list, string path)
    {
        if (list is null)
        {
            return;
        }

        CheckSize(constraint.Max, constraint.Min, list.Count, () => Print(list), sensitive: false, path);
        TextConstraint? element = constraint.Element;
        if (list.Any(item => item is null || element?.IsSatisfied(item) == false))
        {
            string wording = constraint.Flat && !list.Contains(null)
                ? element!.NotInSet()
                : $"Member must satisfy constraint: [{string.Join(", ", [.. element?.All() ?? [], .. constraint.NotNullUnsaid ? [] : NotNull])}]";
            Add(Print(list), sensitive: false, path, wording);
        }
    }

    /// <summary>A list whose elements are structures: only its size; the elements check themselves.</summary>
    public void Check<T>(ListConstraint constraint, IReadOnlyList<T>? list, string path)
        where T : class
    {
        if (list is not null)
        {
            CheckSize(constraint.Max, constraint.Min, list.Count, () => Print(list.Select(item => item?.ToString())), sensitive: false, path);
        }
    }

    public void Check(MapConstraint constraint, IReadOnlyDictionary<string, string>? map, string path)
    {
        if (map is null)
        {
            return;
        }

        string Text() => Print(map.Select(pair => (pair.Key, pair.Value ?? "null")));
        CheckSize(constraint.Max, constraint.Min, map.Count, Text, constraint.Sensitive, path);
        CheckKeys(constraint, map.Keys, Text, path);
        if (map.Values.Any(item => item is null || constraint.Value?.IsSatisfied(item) == false))
        {
            string parts = string.Join(", ", [.. constraint.Value?.All() ?? [], "Member must not be null"]);
            Add(Text(), constraint.Sensitive, path, $"Map value must satisfy constraint: [{parts}]");
        }
    }

    public void Check(MapConstraint constraint, IReadOnlyDictionary<string, double>? map, string path)
    {
        if (map is null)
        {
            return;
        }

        NumberConstraint number = constraint.Number!;
        string Text() => Print(map.Select(pair => (pair.Key, number.Format(pair.Value))));
        CheckSize(constraint.Max, constraint.Min, map.Count, Text, constraint.Sensitive, path);
        CheckKeys(constraint, map.Keys, Text, path);
        if (map.Values.Any(value => number.Violated(value) is not null))
        {
            string parts = string.Join(", ", [.. number.All(), "Member must not be null"]);
            Add(Text(), constraint.Sensitive, path, $"Map value must satisfy constraint: [{parts}]");
        }
    }

    /// <summary>A map whose values are lists.</summary>
    public void Check(MapConstraint constraint, IReadOnlyDictionary<string, IReadOnlyList<string>>? map, string path)
    {
        if (map is null)
        {
            return;
        }

        string Text() => "{" + string.Join(", ", map.Select(pair => $"{pair.Key}={(pair.Value is null ? "null" : Print(pair.Value))}")) + "}";
        CheckSize(constraint.Max, constraint.Min, map.Count, Text, constraint.Sensitive, path);
        if (constraint.Key is { } key && map.Keys.Any(name => !key.IsSatisfied(name)))
        {
            Add(Text(), constraint.Sensitive, path, $"Map keys must satisfy constraint: [{string.Join(", ", key.All())}]");
        }

        if (map.Values.Any(list => list is null || constraint.ListValue?.IsSatisfied(list) == false))
        {
            string parts = string.Join(", ", [.. constraint.ListValue?.All() ?? [], "Member must not be null"]);
            Add(Text(), constraint.Sensitive, path, $"Map value must satisfy constraint: [{parts}]");
        }
    }

    public void Each<T>(T? structure, string path, Action<T, string, ConstraintViolations> check)
        where T : class
    {
        if (structure is not null)
        {
            check(structure, path + ".", this);
        }
    }

    public void EachMember<T>(IReadOnlyList<T>? list, string path, Action<T, string, ConstraintViolations> check)
        where T : class
    {
        for (int i = 0; i < (list?.Count ?? 0); i++)
        {
            string member = string.Create(CultureInfo.InvariantCulture, $"{path}.{i + 1}.member");
            Required(list![i], member);
            Each(list[i], member, check);
        }
    }

    public void ThrowIfAny()
    {
        if (Describe() is { } text)
        {
            throw AwsError.Validation(text);
        }
    }

    /// <summary>All of them as AWS lists them; null when there are none.</summary>
    public string? Describe()
    {
        if (_found is null)
        {
            return null;
        }

        string errors = _found.Count == 1 ? "1 validation error" : string.Create(CultureInfo.InvariantCulture, $"{_found.Count} validation errors");
        return $"{errors} detected: {string.Join("; ", _found)}";
    }

    private void CheckSize(int? max, int? min, int count, Func<string> text, bool sensitive, string path)
    {
        if (count > max)
        {
            Add(text(), sensitive, path, string.Create(CultureInfo.InvariantCulture, $"Member must have length less than or equal to {max}"));
        }

        if (count < min)
        {
            Add(text(), sensitive, path, string.Create(CultureInfo.InvariantCulture, $"Member must have length greater than or equal to {min}"));
        }
    }

    private void CheckKeys(MapConstraint constraint, IEnumerable<string> keys, Func<string> text, string path)
    {
        if (constraint.Key is { } key && keys.Any(name => !key.IsSatisfied(name)))
        {
            Add(text(), constraint.Sensitive, path, $"Map keys must satisfy constraint: [{string.Join(", ", key.All())}]");
        }
    }

    private static string Print(IEnumerable<(string Key, string Value)> map) =>
        "{" + string.Join(", ", map.Select(pair => $"{pair.Key}={pair.Value}")) + "}";

    private static string Print(IEnumerable<string?> list) => $"[{string.Join(", ", list.Select(item => item ?? "null"))}]";

    private void Add(string value, bool sensitive, string path, string wording) =>
        Add($"Value{(sensitive ? "" : $" '{value}'")} at '{path}' failed to satisfy constraint: {wording}");

    private void Add(string violation) => (_found ??= []).Add(violation);
}
