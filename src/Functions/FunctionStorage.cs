using Lamina.Contract;
using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>The functions' share of an account's code storage.</summary>
public sealed class FunctionStorage : ICodeHolder
{
    public long CountBytes(CatalogSnapshot snapshot, AccountId account, string region) =>
        FunctionDocuments.VersionsOf(snapshot, region, account).Sum(static version => version.CodeSizeBytes);
}
