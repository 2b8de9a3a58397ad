using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Store;

namespace Lamina.Functions.CodeSigning;

/// <summary>A code signing config as the catalog keeps it.</summary>
public sealed record CodeSigningDocument
{
    public required string Arn { get; init; }

    public required string Description { get; init; }

    public required IReadOnlyList<string> SigningProfileVersionArns { get; init; }

    /// <summary><c>Warn</c> or <c>Enforce</c>.</summary>
    public required string UntrustedArtifactOnDeployment { get; init; }

    public required string LastModified { get; init; }

    public required IReadOnlyDictionary<string, string>? Tags { get; init; }

    [JsonIgnore]
    public string Id => Arn[(Arn.LastIndexOf(':') + 1)..];
}

/// <summary>Who may sign code, and what happens to code that nobody of them signed.</summary>
public sealed class CodeSigningConfigs(ICatalog catalog, TimeProvider time)
{
    private const string Collection = "code-signing-configs";

    public Task<CodeSigningDocument> CreateAsync(Caller caller, CreateCodeSigningConfigRequest request, CancellationToken cancellationToken)
    {
        Settings.TagRules.Check(request.Tags);
        CodeSigningDocument config = new()
        {
            Arn = $"arn:aws:lambda:{caller.Region}:{caller.Account}:code-signing-config:csc-{NewId()}",
            Description = request.Description ?? "",
            SigningProfileVersionArns = request.AllowedPublishers!.SigningProfileVersionArns!,
            UntrustedArtifactOnDeployment = request.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? "Warn",
            LastModified = AwsDate.Format(time.GetUtcNow()),
            Tags = request.Tags is { Count: > 0 } ? request.Tags : null,
        };
        return catalog.CommitAsync(
            transaction =>
            {
                Put(transaction, config);
                return config;
            },
            cancellationToken);
    }

    public CodeSigningDocument Get(Caller caller, string arn) => RequireOwn(catalog.Current, caller, arn);

    public Task<CodeSigningDocument> UpdateAsync(
        Caller caller, UpdateCodeSigningConfigRequest request, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            CodeSigningDocument before = RequireOwn(transaction, caller, request.CodeSigningConfigArn!);
            CodeSigningDocument config = before with
            {
                Description = request.Description ?? before.Description,
                SigningProfileVersionArns = request.AllowedPublishers?.SigningProfileVersionArns ?? before.SigningProfileVersionArns,
                UntrustedArtifactOnDeployment =
                    request.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? before.UntrustedArtifactOnDeployment,
                LastModified = AwsDate.Format(time.GetUtcNow()),
            };
            Put(transaction, config);
            return config;
        },
        cancellationToken);

    /// <summary>Refused while a function uses it.</summary>
    public Task DeleteAsync(Caller caller, string arn, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            _ = RequireOwn(transaction, caller, arn);
            if (FunctionCodeSigning.UsersOf(transaction, arn).Any())
            {
                throw AwsError.ResourceConflict($"The code signing configuration {arn} is in use by a function and cannot be deleted.");
            }

            transaction.Delete(Collection, KeyOf(arn));
            return true;
        },
        cancellationToken);

    /// <summary>The caller's by id, after <paramref name="after"/>.</summary>
    public IEnumerable<CodeSigningDocument> List(Caller caller, string? after)
    {
        string prefix = $"{caller.Region}/{caller.Account}/";
        return catalog.Current.Scan(Collection, prefix, after is null ? null : prefix + after)
            .Select(static document => document.Read(CodeSigningJson.Default.CodeSigningDocument));
    }

    /// <summary>Other accounts' and regions' configs are not there for the caller.</summary>
    internal static CodeSigningDocument RequireOwn(CatalogSnapshot snapshot, Caller caller, string arn)
    {
        string own = $"arn:aws:lambda:{caller.Region}:{caller.Account}:";
        return arn.StartsWith(own, StringComparison.Ordinal) ? Require(snapshot, arn) : throw NotFound(arn);
    }

    internal static CodeSigningDocument? Find(CatalogSnapshot snapshot, string arn) =>
        snapshot.Find(Collection, KeyOf(arn))?.Read(CodeSigningJson.Default.CodeSigningDocument);

    internal static CodeSigningDocument Require(CatalogSnapshot snapshot, string arn) => Find(snapshot, arn) ?? throw NotFound(arn);

    internal static void Put(CatalogTransaction transaction, CodeSigningDocument config) =>
        transaction.Put(Collection, KeyOf(config.Arn), config, CodeSigningJson.Default.CodeSigningDocument);

    // This error has no Type (recorded), unlike others of its code.
    private static AwsError NotFound(string arn) => new(
        "ResourceNotFoundException", 404, $"The Lambda code signing configuration {arn} can not be found.", AwsErrorBody.UpperMessageOnly);

    // arn:aws:lambda:REGION:ACCOUNT:code-signing-config:ID
    private static string KeyOf(string arn) => arn.Split(':') is [_, _, _, var region, var account, _, var id] ? $"{region}/{account}/{id}" : arn;

    private static string NewId() => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 17);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CodeSigningDocument))]
[JsonSerializable(typeof(FunctionCodeSigningDocument))]
internal sealed partial class CodeSigningJson : JsonSerializerContext;
