using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>Where provisioned concurrency may be set: on a version or on an alias of it, never on both, never on an alias of two versions.</summary>
internal static class ProvisionedRules
{
    public static void Check(CatalogSnapshot snapshot, FunctionReference reference, FunctionVersion version)
    {
        FunctionArn function = reference.Function;
        string qualifier = reference.Qualifier!;
        if (qualifier != version.Version)
        {
            CheckAlias(snapshot, function, qualifier, version);
        }
        else if (AliasDocuments.Of(snapshot, function, after: null).Any(alias => alias.FunctionVersion == qualifier && IsSet(snapshot, function, alias.Name)))
        {
            throw AwsError.ResourceConflict("Version is pointed by a Provisioned Concurrency alias");
        }
    }

    private static void CheckAlias(CatalogSnapshot snapshot, FunctionArn function, string alias, FunctionVersion version)
    {
        if (AliasDocuments.Find(snapshot, function, alias)!.Additional is not null)
        {
            throw AwsError.InvalidParameterValue("Alias with weights can not be used with Provisioned Concurrency");
        }

        if (IsSet(snapshot, function, version.Version))
        {
            throw AwsError.ResourceConflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
        }
    }

    private static bool IsSet(CatalogSnapshot snapshot, FunctionArn function, string qualifier) =>
        ConcurrencyDocuments.FindProvisioned(snapshot, function, qualifier) is not null;
}
