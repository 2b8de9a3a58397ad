using System.Globalization;
using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.Ssm;

/// <summary>Where parameters and their versions lie in the catalog.</summary>
internal static class ParameterDocuments
{
    private const string Parameters = "ssm-parameters";
    private const string Versions = "ssm-versions";

    public static Parameter? Find(CatalogSnapshot snapshot, Caller caller, string name) =>
        snapshot.Find(Parameters, Key(caller.Account.Value, caller.Region, name))?.Read(SsmJson.Default.Parameter);

    public static ParameterVersion? FindVersion(CatalogSnapshot snapshot, Parameter parameter, long version) =>
        snapshot.Find(Versions, VersionKey(parameter, version))?.Read(SsmJson.Default.ParameterVersion);

    /// <summary>The oldest first.</summary>
    public static IEnumerable<ParameterVersion> ListVersions(CatalogSnapshot snapshot, Parameter parameter, long after) => snapshot
        .Scan(Versions, VersionPrefix(parameter), VersionKey(parameter, after))
        .Select(static document => document.Read(SsmJson.Default.ParameterVersion));

    /// <summary>In the order of their names.</summary>
    public static IEnumerable<Parameter> List(CatalogSnapshot snapshot, Caller caller, string prefix, string? after) => snapshot
        .Scan(Parameters, Key(caller.Account.Value, caller.Region, prefix), after is null ? null : Key(caller.Account.Value, caller.Region, after))
        .Select(static document => document.Read(SsmJson.Default.Parameter));

    public static void Put(CatalogTransaction transaction, Parameter parameter) =>
        transaction.Put(Parameters, Key(parameter.Account, parameter.Region, parameter.Name), parameter, SsmJson.Default.Parameter);

    public static void Put(CatalogTransaction transaction, Parameter parameter, ParameterVersion version) =>
        transaction.Put(Versions, VersionKey(parameter, version.Version), version, SsmJson.Default.ParameterVersion);

    public static void DeleteVersion(CatalogTransaction transaction, Parameter parameter, long version) =>
        transaction.Delete(Versions, VersionKey(parameter, version));

    public static void Delete(CatalogTransaction transaction, Parameter parameter)
    {
        for (long version = parameter.Oldest; version <= parameter.Newest; version++)
        {
            DeleteVersion(transaction, parameter, version);
        }

        transaction.Delete(Parameters, Key(parameter.Account, parameter.Region, parameter.Name));
    }

    private static string Key(string account, string region, string name) => $"{account}/{region}/{name}";

    // No name has a colon.
    private static string VersionPrefix(Parameter parameter) => Key(parameter.Account, parameter.Region, parameter.Name) + ":";

    private static string VersionKey(Parameter parameter, long version) =>
        VersionPrefix(parameter) + version.ToString("D12", CultureInfo.InvariantCulture);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Parameter))]
[JsonSerializable(typeof(ParameterVersion))]
internal sealed partial class SsmJson : JsonSerializerContext;
