using System.Collections.Immutable;
using System.Text;

namespace Lamina.Companions.DynamoDb;

internal enum AttributeType
{
    S,
    N,
    B,
    BOOL,
    NULL,
    M,
    L,
    SS,
    NS,
    BS,
}

/// <summary>One attribute's value. Immutable; equal values are equal whatever the order in which a set came.</summary>
internal abstract record AttributeValue(AttributeType Type)
{
    /// <summary>What AWS counts beside the elements of a map or list.</summary>
    protected const int ContainerBytes = 3;

    /// <summary>Bytes that count for an item's size (AWS: "DynamoDB item sizes and formats").</summary>
    public abstract int SizeBytes { get; }

    /// <summary>As AWS's error texts print it: <c>{S:a}</c>.</summary>
    public abstract string Printed { get; }

    /// <summary>How AWS calls the type in some errors.</summary>
    public string TypeWord => Type switch
    {
        AttributeType.S => "STRING",
        AttributeType.N => "NUMBER",
        AttributeType.B => "BINARY",
        AttributeType.BOOL => "BOOLEAN",
        AttributeType.NULL => "NULL",
        AttributeType.M => "MAP",
        AttributeType.L => "LIST",
        AttributeType.SS => "STRING_SET",
        AttributeType.NS => "NUMBER_SET",
        _ => "BINARY_SET",
    };

    /// <summary>Less than, equal or greater than 0; null when the values are not of one type that has an order.</summary>
    public int? CompareTo(AttributeValue other) => (this, other) switch
    {
        (StringValue a, StringValue b) => CompareBytes(Encoding.UTF8.GetBytes(a.Text), Encoding.UTF8.GetBytes(b.Text)),
        (NumberValue a, NumberValue b) => a.Number.CompareTo(b.Number),
        (BinaryValue a, BinaryValue b) => CompareBytes(a.Bytes.AsSpan(), b.Bytes.AsSpan()),
        _ => null,
    };

    public static int CompareBytes(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => left.SequenceCompareTo(right);
}

internal sealed record StringValue(string Text) : AttributeValue(AttributeType.S)
{
    public override int SizeBytes => Encoding.UTF8.GetByteCount(Text);

    public override string Printed => $"{{S:{Text}}}";
}

internal sealed record NumberValue(DynamoNumber Number) : AttributeValue(AttributeType.N)
{
    public override int SizeBytes => Number.SizeBytes;

    public override string Printed => $"{{N:{Number}}}";
}

internal sealed record BinaryValue(ImmutableArray<byte> Bytes) : AttributeValue(AttributeType.B)
{
    public override int SizeBytes => Bytes.Length;

    public override string Printed => $"{{B:{Convert.ToBase64String(Bytes.AsSpan())}}}";

    public bool Equals(BinaryValue? other) => other is not null && Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes.AsSpan());
        return hash.ToHashCode();
    }
}

internal sealed record BooleanValue(bool Flag) : AttributeValue(AttributeType.BOOL)
{
    public override int SizeBytes => 1;

    public override string Printed => $"{{BOOL:{(Flag ? "true" : "false")}}}";
}

internal sealed record NullValue() : AttributeValue(AttributeType.NULL)
{
    public override int SizeBytes => 1;

    public override string Printed => "{NULL:true}";
}

internal sealed record MapValue(ImmutableSortedDictionary<string, AttributeValue> Members) : AttributeValue(AttributeType.M)
{
    public static readonly ImmutableSortedDictionary<string, AttributeValue> None =
        ImmutableSortedDictionary.Create<string, AttributeValue>(StringComparer.Ordinal);

    public override int SizeBytes => ContainerBytes + Members.Sum(static member => Encoding.UTF8.GetByteCount(member.Key) + member.Value.SizeBytes + 1);

    public override string Printed => $"{{M:{{{string.Join(", ", Members.Select(static member => $"{member.Key}={member.Value.Printed}"))}}}}}";

    public bool Equals(MapValue? other) => other is not null && Members.Count == other.Members.Count
        && Members.All(member => other.Members.TryGetValue(member.Key, out AttributeValue? value) && member.Value.Equals(value));

    public override int GetHashCode() => Members.Count;
}

internal sealed record ListValue(ImmutableArray<AttributeValue> Items) : AttributeValue(AttributeType.L)
{
    public override int SizeBytes => ContainerBytes + Items.Sum(static item => item.SizeBytes + 1);

    public override string Printed => $"{{L:[{string.Join(", ", Items.Select(static item => item.Printed))}]}}";

    public bool Equals(ListValue? other) => other is not null && Items.AsSpan().SequenceEqual(other.Items.AsSpan());

    public override int GetHashCode() => Items.Length;
}

/// <summary>A set of strings, numbers or binaries; never empty.</summary>
/// <param name="Type">SS, NS or BS.</param>
/// <param name="Items">Each of the one type, none twice.</param>
internal sealed record SetValue(AttributeType Type, ImmutableArray<AttributeValue> Items) : AttributeValue(Type)
{
    public override int SizeBytes => Items.Sum(static item => item.SizeBytes);

    public override string Printed => $"{{{Type}: [{string.Join(", ", Items.Select(static item => item.Printed))}]}}";

    public AttributeType ElementType => Type switch { AttributeType.SS => AttributeType.S, AttributeType.NS => AttributeType.N, _ => AttributeType.B };

    public bool Equals(SetValue? other) => other is not null && Type == other.Type && Items.Length == other.Items.Length
        && Items.ToHashSet().SetEquals(other.Items);

    public override int GetHashCode() => HashCode.Combine(Type, Items.Length);
}
