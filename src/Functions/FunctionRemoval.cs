using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>Deletes a function or one version of it with everything that belongs to it, inside a change of the catalog.</summary>
internal static class FunctionRemoval
{
    /// <summary>Gives the versions that are gone, $LATEST first.</summary>
    public static IReadOnlyList<FunctionVersion> DeleteFunction(CatalogTransaction transaction, FunctionVersion latest)
    {
        FunctionArn function = latest.Arn;
        FunctionVersion[] published = [.. VersionDocuments.Of(transaction, function, after: null)];
        foreach (FunctionVersion version in published)
        {
            Delete(transaction, version);
        }

        foreach (FunctionAlias alias in AliasDocuments.Of(transaction, function, after: null).ToArray())
        {
            DeleteAlias(transaction, function, alias.Name);
        }

        PolicyDocuments.Delete(transaction, function, qualifier: null);
        ConcurrencyDocuments.DeleteReserved(transaction, function);
        FunctionBelongings.Delete(transaction, function);
        FunctionDocuments.Delete(transaction, function);
        return [latest, .. published];
    }

    /// <summary>Gives the version; nothing when there is none of this number, which is no error.</summary>
    public static IReadOnlyList<FunctionVersion> DeleteVersion(CatalogTransaction transaction, FunctionArn function, string number)
    {
        if (VersionDocuments.Find(transaction, function, number) is not { } version)
        {
            return [];
        }

        string[] aliases = [.. AliasDocuments.Of(transaction, function, after: null)
            .Where(alias => alias.Uses(number)).Select(static alias => alias.Name)];
        if (aliases.Length > 0)
        {
            throw AwsError.ResourceConflict(
                $"Unable to delete version because the following aliases reference it: [{string.Join(", ", aliases)}]");
        }

        Delete(transaction, version);
        return [version];
    }

    public static void DeleteAlias(CatalogTransaction transaction, FunctionArn function, string alias)
    {
        AliasDocuments.Delete(transaction, function, alias);
        PolicyDocuments.Delete(transaction, function, alias);
        ConcurrencyDocuments.DeleteProvisioned(transaction, function, alias);
        FunctionBelongings.Delete(transaction, function, alias);
    }

    private static void Delete(CatalogTransaction transaction, FunctionVersion version)
    {
        VersionDocuments.Delete(transaction, version);
        PolicyDocuments.Delete(transaction, version.Arn, version.Version);
        ConcurrencyDocuments.DeleteProvisioned(transaction, version.Arn, version.Version);
        FunctionBelongings.Delete(transaction, version.Arn, version.Version);
    }
}
