using System.Collections.Immutable;

namespace Lamina.Companions.DynamoDb.Expressions;

/// <summary>What an expression compares, or computes with: a place in the item, a value of the request, or a function of these.</summary>
internal abstract record Operand
{
    /// <summary>Null when the item has nothing there.</summary>
    public abstract AttributeValue? In(ImmutableSortedDictionary<string, AttributeValue> item);
}

internal sealed record PathOperand(DocumentPath Path) : Operand
{
    public override AttributeValue? In(ImmutableSortedDictionary<string, AttributeValue> item) => Path.Find(item);
}

internal sealed record ValueOperand(AttributeValue Value) : Operand
{
    public override AttributeValue? In(ImmutableSortedDictionary<string, AttributeValue> item) => Value;
}

/// <summary><c>size(path)</c>: characters, bytes or elements. Numbers, booleans and nulls have no size.</summary>
internal sealed record SizeOperand(Operand Of) : Operand
{
    public override AttributeValue? In(ImmutableSortedDictionary<string, AttributeValue> item)
    {
        int? size = Of.In(item) switch
        {
            StringValue text => text.Text.Length,
            BinaryValue binary => binary.Bytes.Length,
            MapValue map => map.Members.Count,
            ListValue list => list.Items.Length,
            SetValue set => set.Items.Length,
            _ => null,
        };
        return size is { } count ? new NumberValue(DynamoNumber.Of(count)) : null;
    }
}

/// <summary>A condition on an item.</summary>
internal abstract record Condition
{
    public abstract bool Holds(ImmutableSortedDictionary<string, AttributeValue> item);

    /// <summary>Every place in the item that the condition looks at.</summary>
    public abstract IEnumerable<DocumentPath> Paths { get; }

    protected static IEnumerable<DocumentPath> PathsOf(params IEnumerable<Operand> operands) => operands.SelectMany(static operand => operand switch
    {
        PathOperand path => [path.Path],
        SizeOperand size => PathsOf([size.Of]),
        _ => Array.Empty<DocumentPath>(),
    });
}

internal sealed record AndCondition(Condition Left, Condition Right) : Condition
{
    public override IEnumerable<DocumentPath> Paths => Left.Paths.Concat(Right.Paths);

    public override bool Holds(ImmutableSortedDictionary<string, AttributeValue> item) => Left.Holds(item) && Right.Holds(item);
}

internal sealed record OrCondition(Condition Left, Condition Right) : Condition
{
    public override IEnumerable<DocumentPath> Paths => Left.Paths.Concat(Right.Paths);

    public override bool Holds(ImmutableSortedDictionary<string, AttributeValue> item) => Left.Holds(item) || Right.Holds(item);
}

internal sealed record NotCondition(Condition Inner) : Condition
{
    public override IEnumerable<DocumentPath> Paths => Inner.Paths;

    public override bool Holds(ImmutableSortedDictionary<string, AttributeValue> item) => !Inner.Holds(item);
}

/// <param name="Operator">=, &lt;&gt;, &lt;, &lt;=, &gt; or &gt;=</param>
internal sealed record Comparison(string Operator, Operand Left, Operand Right) : Condition
{
    public override IEnumerable<DocumentPath> Paths => PathsOf(Left, Right);

    public override bool Holds(ImmutableSortedDictionary<string, AttributeValue> item)
    {
        AttributeValue? left = Left.In(item);
        AttributeValue? right = Right.In(item);
        bool equal = left is not null && left.Equals(right);
        if (Operator is "=" or "<>")
        {
            // What is not there differs from everything.
            return equal == (Operator == "=");
        }

        return left is not null && right is not null && left.CompareTo(right) is { } order && Operator switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }
}

internal sealed record Between(Operand Value, Operand Lower, Operand Upper) : Condition
{
    public override IEnumerable<DocumentPath> Paths => PathsOf(Value, Lower, Upper);

    public override bool Holds(ImmutableSortedDictionary<string, AttributeValue> item) =>
        Value.In(item) is { } value && Lower.In(item) is { } lower && Upper.In(item) is { } upper
        && value.CompareTo(lower) >= 0 && value.CompareTo(upper) <= 0;
}

internal sealed record OneOf(Operand Value, ImmutableArray<Operand> Candidates) : Condition
{
    public override IEnumerable<DocumentPath> Paths => PathsOf(Candidates.Prepend(Value));

    public override bool Holds(ImmutableSortedDictionary<string, AttributeValue> item) =>
        Value.In(item) is { } value && Candidates.Any(candidate => value.Equals(candidate.In(item)));
}

/// <param name="Expected">attribute_exists, or attribute_not_exists when false.</param>
internal sealed record Exists(DocumentPath Path, bool Expected) : Condition
{
    public override IEnumerable<DocumentPath> Paths => [Path];

    public override bool Holds(ImmutableSortedDictionary<string, AttributeValue> item) => Path.Find(item) is not null == Expected;
}

internal sealed record HasType(DocumentPath Path, AttributeType Type) : Condition
{
    public override IEnumerable<DocumentPath> Paths => [Path];

    public override bool Holds(ImmutableSortedDictionary<string, AttributeValue> item) => Path.Find(item)?.Type == Type;
}

internal sealed record BeginsWith(Operand Value, Operand Prefix) : Condition
{
    public override IEnumerable<DocumentPath> Paths => PathsOf(Value, Prefix);

    public override bool Holds(ImmutableSortedDictionary<string, AttributeValue> item) => (Value.In(item), Prefix.In(item)) switch
    {
        (StringValue text, StringValue prefix) => text.Text.StartsWith(prefix.Text, StringComparison.Ordinal),
        (BinaryValue bytes, BinaryValue prefix) => bytes.Bytes.AsSpan().StartsWith(prefix.Bytes.AsSpan()),
        _ => false,
    };
}

/// <summary>A part of a text or of bytes, or an element of a set or list.</summary>
internal sealed record Contains(Operand Value, Operand Part) : Condition
{
    public override IEnumerable<DocumentPath> Paths => PathsOf(Value, Part);

    public override bool Holds(ImmutableSortedDictionary<string, AttributeValue> item) => (Value.In(item), Part.In(item)) switch
    {
        (StringValue text, StringValue part) => text.Text.Contains(part.Text, StringComparison.Ordinal),
        (BinaryValue bytes, BinaryValue part) => bytes.Bytes.AsSpan().IndexOf(part.Bytes.AsSpan()) >= 0,
        (SetValue set, { } part) => set.Items.Contains(part),
        (ListValue list, { } part) => list.Items.Contains(part),
        _ => false,
    };
}
