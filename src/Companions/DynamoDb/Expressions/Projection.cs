using System.Collections.Immutable;

namespace Lamina.Companions.DynamoDb.Expressions;

/// <summary>The attributes of an item that an answer is to have: <c>id, #a.b, tags[0]</c>.</summary>
internal sealed class Projection(ImmutableArray<DocumentPath> paths)
{
    public ImmutableArray<DocumentPath> Paths { get; } = paths;

    /// <summary>Null when there is no text. Throws <c>ValidationException</c>.</summary>
    public static Projection? Parse(string? expression, ExpressionAttributes attributes)
    {
        if (expression is null)
        {
            return null;
        }

        ExpressionText text = new("ProjectionExpression", expression);
        OperandParser operands = new(text, attributes);
        ImmutableArray<DocumentPath>.Builder paths = ImmutableArray.CreateBuilder<DocumentPath>();
        do
        {
            paths.Add(operands.ParsePath());
        }
        while (text.TryTake(","));
        text.ExpectEnd();
        PathSet.Check(text, paths);
        return new Projection(paths.ToImmutable());
    }

    public ImmutableSortedDictionary<string, AttributeValue> Of(ImmutableSortedDictionary<string, AttributeValue> item)
    {
        ImmutableSortedDictionary<string, AttributeValue>.Builder projected = MapValue.None.ToBuilder();
        foreach (IGrouping<string, DocumentPath> group in Paths.GroupBy(static path => path.Root, StringComparer.Ordinal))
        {
            if (item.TryGetValue(group.Key, out AttributeValue? value) && Of(value, [.. group], depth: 1) is { } part)
            {
                projected[group.Key] = part;
            }
        }

        return projected.ToImmutable();
    }

    /// <summary>The parts of one value; elements of a list stand together without the gaps between them. Null when it has none of them.</summary>
    private static AttributeValue? Of(AttributeValue value, DocumentPath[] paths, int depth)
    {
        if (Array.Exists(paths, path => path.Elements.Length == depth))
        {
            return value;
        }

        (PathElement Element, AttributeValue? Part)[] parts =
        [
            .. paths.GroupBy(path => path.Elements[depth])
                .Select(group => (group.Key, Step(value, group.Key) is { } next ? Of(next, [.. group], depth + 1) : null))
                .Where(static found => found.Item2 is not null),
        ];
        return parts.Length == 0 ? null
            : value is MapValue ? new MapValue(parts.ToImmutableSortedDictionary(
                static found => found.Element.Name!, static found => found.Part!, StringComparer.Ordinal))
            : new ListValue([.. parts.OrderBy(static found => found.Element.Index).Select(static found => found.Part!)]);
    }

    private static AttributeValue? Step(AttributeValue value, PathElement element) => (value, element.Name) switch
    {
        (MapValue map, { } name) => map.Members.GetValueOrDefault(name),
        (ListValue list, null) when element.Index < list.Items.Length => list.Items[element.Index],
        _ => null,
    };
}
