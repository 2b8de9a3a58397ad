using System.Globalization;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>The greatest number that a function of this name has given to a version, kept when versions and function are gone.</summary>
internal sealed record VersionNumber(long Last);

/// <summary>
/// The published versions in the catalog: one document each, keyed REGION/ACCOUNT/NAME/NUMBER with the number padded, so that a
/// scan lists them in order.
/// </summary>
internal static class VersionDocuments
{
    private const string Collection = "function-versions";
    private const string Numbers = "function-version-numbers";

    public static bool IsNumber(string qualifier) => qualifier.Length > 0 && !qualifier.AsSpan().ContainsAnyExceptInRange('0', '9');

    public static FunctionVersion? Find(CatalogSnapshot snapshot, FunctionArn function, string version) =>
        snapshot.Find(Collection, KeyOf(function, version))?.Read(FunctionsJson.Default.FunctionVersion);

    public static IEnumerable<FunctionVersion> All(CatalogSnapshot snapshot) => Scan(snapshot, string.Empty, null);

    /// <summary>Of one function, in the order of their numbers.</summary>
    public static IEnumerable<FunctionVersion> Of(CatalogSnapshot snapshot, FunctionArn function, string? after) =>
        Scan(snapshot, $"{FunctionDocuments.KeyOf(function)}/", after is null ? null : KeyOf(function, after));

    /// <summary>Of every function of an account in a region.</summary>
    public static IEnumerable<FunctionVersion> Of(CatalogSnapshot snapshot, string region, AccountId account, FunctionVersion? after) =>
        Scan(snapshot, $"{region}/{account}/", after is null ? null : KeyOf(after.Arn, after.Version));

    public static void Put(CatalogTransaction transaction, FunctionVersion version) =>
        transaction.Put(Collection, KeyOf(version.Arn, version.Version), version, FunctionsJson.Default.FunctionVersion);

    public static void Delete(CatalogTransaction transaction, FunctionVersion version) =>
        transaction.Delete(Collection, KeyOf(version.Arn, version.Version));

    /// <summary>The next number; never one that this name has had, as AWS promises even for functions deleted and made again.</summary>
    public static string TakeNumber(CatalogTransaction transaction, FunctionArn function)
    {
        string key = FunctionDocuments.KeyOf(function);
        long next = (transaction.Find(Numbers, key)?.Read(FunctionsJson.Default.VersionNumber).Last ?? 0) + 1;
        transaction.Put(Numbers, key, new VersionNumber(next), FunctionsJson.Default.VersionNumber);
        return next.ToString(CultureInfo.InvariantCulture);
    }

    private static IEnumerable<FunctionVersion> Scan(CatalogSnapshot snapshot, string prefix, string? after) =>
        snapshot.Scan(Collection, prefix, after).Select(static document => document.Read(FunctionsJson.Default.FunctionVersion));

    // A number with zeros before it is another text and names nothing: it must not find the version by its padded form.
    private static string KeyOf(FunctionArn function, string version) =>
        $"{FunctionDocuments.KeyOf(function)}/{(version.StartsWith('0') ? version : version.PadLeft(19, '0'))}";
}
