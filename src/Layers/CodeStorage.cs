using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>What counts against an account's code storage in a region besides its layer versions.</summary>
public interface ICodeHolder
{
    /// <summary>Bytes of all archives as uploaded: two versions with equal content count twice.</summary>
    long CountBytes(CatalogSnapshot snapshot, AccountId account, string region);
}

/// <summary>
/// The quota of code storage per account and region. As AWS counts: CodeSize of every layer version and function version, whatever
/// disk space they share. Counted anew from the catalog each time, so that it cannot drift.
/// </summary>
public sealed class CodeStorage(ICatalog catalog, long quotaBytes, ICodeHolder others)
{
    public long QuotaBytes { get; } = quotaBytes;

    public long CountBytes(Caller caller) => CountBytes(catalog.Current, caller.Account, caller.Region);

    /// <summary>Throws CodeStorageExceeded when an archive would not fit; called inside the transaction that adds it.</summary>
    /// <param name="replacedBytes">Size of the archive whose place it takes; 0 when there is none.</param>
    public void Require(CatalogTransaction transaction, AccountId account, string region, StoredArchive added, long replacedBytes)
    {
        if (added.SizeBytes > replacedBytes
            && CountBytes(transaction, account, region) - replacedBytes + added.SizeBytes > QuotaBytes)
        {
            throw AwsError.CodeStorageExceeded();
        }
    }

    private long CountBytes(CatalogSnapshot snapshot, AccountId account, string region) =>
        LayerDocuments.VersionsOf(snapshot, account, region).Sum(static version => version.Content.SizeBytes)
        + others.CountBytes(snapshot, account, region);
}
