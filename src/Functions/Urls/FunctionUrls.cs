using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Store;

namespace Lamina.Functions.Urls;

/// <summary>The URLs of functions and aliases: their configuration, and which one a host name is.</summary>
public sealed class FunctionUrls(ICatalog catalog, TimeProvider time)
{
    /// <summary>Keyed REGION/ACCOUNT/NAME/QUALIFIER.</summary>
    private const string Collection = "function-urls";

    /// <summary>Keyed ID; says under which key of the other collection the URL is.</summary>
    private const string Hosts = "function-url-hosts";

    public Task<FunctionUrl> CreateAsync(Caller caller, CreateFunctionUrlConfigRequest request, CancellationToken cancellationToken)
    {
        FunctionReference target = Address(caller, request.FunctionName!, request.Qualifier, "lambda:CreateFunctionUrlConfig");
        DateTimeOffset now = time.GetUtcNow();
        FunctionUrl url = new()
        {
            Id = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz234567", 32),
            Region = target.Function.Region,
            Account = target.Function.Account.Value,
            FunctionName = target.Function.Name,
            Alias = target.Qualifier,
            AuthType = request.AuthType!,
            Cors = CorsOf(request.Cors),
            InvokeMode = request.InvokeMode ?? FunctionUrl.Buffered,
            CreatedAt = now,
            ChangedAt = now,
        };
        return catalog.CommitAsync(
            transaction =>
            {
                RequireFunction(transaction, target);
                RequireNone(transaction, target);
                transaction.Put(Hosts, url.Id, new FunctionUrlHost(KeyOf(target)), FunctionUrlsJson.Default.FunctionUrlHost);
                return Put(transaction, target, url);
            },
            cancellationToken);
    }

    public FunctionUrl Get(Caller caller, string nameOrArn, string? qualifier) =>
        Require(catalog.Current, Address(caller, nameOrArn, qualifier, "lambda:GetFunctionUrlConfig"));

    public Task<FunctionUrl> UpdateAsync(Caller caller, UpdateFunctionUrlConfigRequest request, CancellationToken cancellationToken)
    {
        FunctionReference target = Address(caller, request.FunctionName!, request.Qualifier, "lambda:UpdateFunctionUrlConfig");
        return catalog.CommitAsync(
            transaction =>
            {
                RequireFunction(transaction, target);
                FunctionUrl before = Require(transaction, target);
                return Put(transaction, target, before with
                {
                    AuthType = request.AuthType ?? before.AuthType,
                    Cors = request.Cors is null ? before.Cors : CorsOf(request.Cors),
                    InvokeMode = request.InvokeMode ?? before.InvokeMode,
                    ChangedAt = time.GetUtcNow(),
                });
            },
            cancellationToken);
    }

    public Task DeleteAsync(Caller caller, string nameOrArn, string? qualifier, CancellationToken cancellationToken)
    {
        FunctionReference target = Address(caller, nameOrArn, qualifier, "lambda:DeleteFunctionUrlConfig");
        return catalog.CommitAsync(
            transaction =>
            {
                FunctionUrl url = Require(transaction, target);
                transaction.Delete(Hosts, url.Id);
                transaction.Delete(Collection, KeyOf(target));
                return true;
            },
            cancellationToken);
    }

    /// <summary>Those of one function and its aliases by qualifier, after <paramref name="after"/>.</summary>
    public IEnumerable<FunctionUrl> List(Caller caller, string nameOrArn, string? after)
    {
        FunctionReference target = Address(caller, nameOrArn, null, "lambda:ListFunctionUrlConfigs");
        RequireFunction(catalog.Current, target with { Qualifier = null });
        string prefix = FunctionBelongings.Prefix(target.Function);
        return catalog.Current.Scan(Collection, prefix, after is null ? null : prefix + after).Select(Read);
    }

    /// <summary>The URL of a host's first label; null when there is none.</summary>
    public FunctionUrl? Find(string id)
    {
        CatalogSnapshot snapshot = catalog.Current;
        return snapshot.Find(Hosts, id)?.Read(FunctionUrlsJson.Default.FunctionUrlHost) is { } host
            && snapshot.Find(Collection, host.Key) is { } document ? Read(document) : null;
    }

    /// <summary>The URL of a function, or of its alias; null when it has none.</summary>
    public FunctionUrl? Find(FunctionReference target) => catalog.Current.Find(Collection, KeyOf(target)) is { } document ? Read(document) : null;

    /// <summary>Removes the URL of one qualifier, or all of the function's.</summary>
    internal static void Delete(CatalogTransaction transaction, FunctionArn function, string? qualifier)
    {
        string prefix = FunctionBelongings.Prefix(function);
        foreach (Document document in transaction.Scan(Collection, prefix, null).ToArray())
        {
            if (qualifier is null || document.Key == prefix + qualifier)
            {
                transaction.Delete(Hosts, Read(document).Id);
                transaction.Delete(Collection, document.Key);
            }
        }
    }

    private static FunctionReference Address(Caller caller, string nameOrArn, string? qualifier, string action) =>
        FunctionAddress.Parse(caller, nameOrArn, qualifier, action);

    private static FunctionUrl Put(CatalogTransaction transaction, FunctionReference target, FunctionUrl url)
    {
        transaction.Put(Collection, KeyOf(target), url, FunctionUrlsJson.Default.FunctionUrl);
        return url;
    }

    private static FunctionUrl Require(CatalogSnapshot snapshot, FunctionReference target) => snapshot.Find(Collection, KeyOf(target)) is { } document
        ? Read(document)
        : throw AwsError.ResourceNotFound("The resource you requested does not exist.");

    private static void RequireFunction(CatalogSnapshot snapshot, FunctionReference target)
    {
        if (!FunctionDocuments.HasQualifier(snapshot, target.Function, target.Qualifier ?? FunctionArn.Latest))
        {
            throw AwsError.ResourceNotFound("Function does not exist");
        }
    }

    private static void RequireNone(CatalogSnapshot snapshot, FunctionReference target)
    {
        if (snapshot.Find(Collection, KeyOf(target)) is { } document)
        {
            // The two spaces are AWS's (recorded).
            throw AwsError.ResourceConflict(
                $"Failed to create function url config for [functionArn = {Read(document).FunctionArn}]. "
                + "Error message:  FunctionUrlConfig exists for this Lambda function");
        }
    }

    private static string KeyOf(FunctionReference target) => FunctionBelongings.Key(target.Function, target.Qualifier ?? FunctionArn.Latest);

    private static FunctionUrl Read(Document document) => document.Read(FunctionUrlsJson.Default.FunctionUrl);

    private static UrlCors? CorsOf(Cors? cors) => cors is null ? null : new UrlCors
    {
        AllowCredentials = cors.AllowCredentials ?? false,
        AllowHeaders = cors.AllowHeaders,
        AllowMethods = cors.AllowMethods,
        AllowOrigins = cors.AllowOrigins,
        ExposeHeaders = cors.ExposeHeaders,
        MaxAgeSeconds = cors.MaxAge,
    };
}

internal sealed record FunctionUrlHost(string Key);
