namespace Lamina.Companions.DynamoDb;

/// <summary>Capacity units that a request used of one table, as AWS counts them: reads by 4 KB, writes by 1 KB.</summary>
/// <param name="Indexes">Units of indexes by name, local and global.</param>
public sealed record CapacityUse(string Table, double Units, IReadOnlyDictionary<string, double> Indexes, IReadOnlySet<string> GlobalIndexes)
{
    private const int ReadUnitBytes = 4096;
    private const int WriteUnitBytes = 1024;

    private static readonly IReadOnlyDictionary<string, double> NoIndexes = new Dictionary<string, double>();
    private static readonly IReadOnlySet<string> NoNames = new HashSet<string>();

    public double Total => Units + Indexes.Values.Sum();

    internal static CapacityUse OfRead(TableDefinition table, IndexDefinition? index, long bytes, bool consistent, int times)
    {
        double units = Math.Max(1, (bytes + ReadUnitBytes - 1) / ReadUnitBytes) * (consistent ? 1 : 0.5) * times;
        return index is null
            ? new CapacityUse(table.Name, units, NoIndexes, NoNames)
            : new CapacityUse(
                table.Name, 0, new Dictionary<string, double> { [index.Name] = units }, index.IsGlobal ? new HashSet<string> { index.Name } : NoNames);
    }

    /// <summary>The larger of the item before and after counts, for the table and for each index that has it.</summary>
    internal static CapacityUse OfWrite(TableDefinition table, int bytes, IEnumerable<IndexDefinition> indexes, int times)
    {
        double units = Math.Max(1, (bytes + WriteUnitBytes - 1) / WriteUnitBytes) * times;
        IndexDefinition[] written = [.. indexes];
        return new CapacityUse(
            table.Name,
            units,
            written.ToDictionary(static index => index.Name, _ => units, StringComparer.Ordinal),
            written.Where(static index => index.IsGlobal).Select(static index => index.Name).ToHashSet(StringComparer.Ordinal));
    }

    public static CapacityUse operator +(CapacityUse left, CapacityUse right) => new(
        left.Table,
        left.Units + right.Units,
        left.Indexes.Concat(right.Indexes).GroupBy(static use => use.Key, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.Sum(static use => use.Value), StringComparer.Ordinal),
        left.GlobalIndexes.Union(right.GlobalIndexes).ToHashSet(StringComparer.Ordinal));
}
