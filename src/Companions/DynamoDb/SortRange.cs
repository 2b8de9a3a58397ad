namespace Lamina.Companions.DynamoDb;

/// <summary>Sort keys between two bounds, as bytes; null: no bound.</summary>
internal sealed record SortRange(byte[]? Lower, bool LowerIncluded, byte[]? Upper, bool UpperIncluded)
{
    public static SortRange Everything { get; } = new(null, true, null, true);

    public static SortRange Only(byte[] value) => new(value, true, value, true);

    public static SortRange StartingWith(byte[] prefix) => new(prefix, true, Behind(prefix), false);

    public bool Contains(ReadOnlySpan<byte> value)
    {
        int lower = Lower is null ? 1 : value.SequenceCompareTo(Lower);
        int upper = Upper is null ? -1 : value.SequenceCompareTo(Upper);
        return (lower > 0 || (lower == 0 && LowerIncluded)) && (upper < 0 || (upper == 0 && UpperIncluded));
    }

    /// <summary>The least bytes greater than all that start with the prefix; null when there are none.</summary>
    private static byte[]? Behind(byte[] prefix)
    {
        int length = prefix.Length;
        while (length > 0 && prefix[length - 1] == 0xFF)
        {
            length--;
        }

        if (length == 0)
        {
            return null;
        }

        byte[] behind = prefix[..length];
        behind[^1]++;
        return behind;
    }
}
