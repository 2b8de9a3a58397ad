using System.Collections.Immutable;
using System.Globalization;

namespace Lamina.Companions.DynamoDb.Expressions;

/// <summary>A step of a document path: a member's name, or a list's index.</summary>
internal readonly record struct PathElement(string? Name, int Index)
{
    public override string ToString() => Name ?? $"[{Index.ToString(CultureInfo.InvariantCulture)}]";
}

/// <summary>Where an attribute lies in an item: <c>a.b[1]</c>.</summary>
internal sealed record DocumentPath(ImmutableArray<PathElement> Elements)
{
    public static DocumentPath Of(string name) => new([new PathElement(name, 0)]);

    public string Root => Elements[0].Name!;

    /// <summary>As AWS's error texts print it: <c>[a, b, [1]]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", Elements)}]";

    public bool Equals(DocumentPath? other) => other is not null && Elements.AsSpan().SequenceEqual(other.Elements.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Elements.Length, Elements[0], Elements[^1]);

    /// <summary>Null when there is nothing.</summary>
    public AttributeValue? Find(ImmutableSortedDictionary<string, AttributeValue> item)
    {
        AttributeValue? value = item.GetValueOrDefault(Root);
        foreach (PathElement element in Elements.AsSpan()[1..])
        {
            value = Step(value, element);
        }

        return value;
    }

    /// <summary>The item with the value at this place. Null when the place is in nothing that could hold it.</summary>
    public ImmutableSortedDictionary<string, AttributeValue>? Set(ImmutableSortedDictionary<string, AttributeValue> item, AttributeValue value)
    {
        if (Elements.Length == 1)
        {
            return item.SetItem(Root, value);
        }

        return item.TryGetValue(Root, out AttributeValue? holder) && Set(holder, Elements.AsSpan()[1..], value) is { } changed
            ? item.SetItem(Root, changed)
            : null;
    }

    /// <summary>The item without what is at this place. Null when the place is in nothing that could hold it.</summary>
    public ImmutableSortedDictionary<string, AttributeValue>? Remove(ImmutableSortedDictionary<string, AttributeValue> item)
    {
        if (Elements.Length == 1)
        {
            return item.Remove(Root);
        }

        return item.TryGetValue(Root, out AttributeValue? holder) && Remove(holder, Elements.AsSpan()[1..]) is { } changed
            ? item.SetItem(Root, changed)
            : null;
    }

    private static AttributeValue? Step(AttributeValue? value, PathElement element) => (value, element.Name) switch
    {
        (MapValue map, { } name) => map.Members.GetValueOrDefault(name),
        (ListValue list, null) when element.Index < list.Items.Length => list.Items[element.Index],
        _ => null,
    };

    private static AttributeValue? Set(AttributeValue holder, ReadOnlySpan<PathElement> rest, AttributeValue value)
    {
        PathElement element = rest[0];
        AttributeValue? changed = rest.Length == 1 ? value : Step(holder, element) is { } next ? Set(next, rest[1..], value) : null;
        return (holder, element.Name, changed) switch
        {
            (_, _, null) => null,
            (MapValue map, { } name, _) => new MapValue(map.Members.SetItem(name, changed)),
            // Behind the end is the end: there are no gaps in a list.
            (ListValue list, null, _) => new ListValue(
                element.Index < list.Items.Length ? list.Items.SetItem(element.Index, changed) : list.Items.Add(changed)),
            _ => null,
        };
    }

    private static AttributeValue? Remove(AttributeValue holder, ReadOnlySpan<PathElement> rest)
    {
        PathElement element = rest[0];
        if (rest.Length > 1)
        {
            return Step(holder, element) is { } next && Remove(next, rest[1..]) is { } changed
                ? (holder, element.Name) switch
                {
                    (MapValue map, { } name) => new MapValue(map.Members.SetItem(name, changed)),
                    (ListValue list, _) => new ListValue(list.Items.SetItem(element.Index, changed)),
                    _ => null,
                }
                : null;
        }

        return (holder, element.Name) switch
        {
            (MapValue map, { } name) => new MapValue(map.Members.Remove(name)),
            (ListValue list, null) => element.Index < list.Items.Length ? new ListValue(list.Items.RemoveAt(element.Index)) : list,
            _ => null,
        };
    }
}
