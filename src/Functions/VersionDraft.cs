using System.Security.Cryptography;
using System.Text.Json;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>Makes a version of what $LATEST is now, unless the last one is the same.</summary>
internal static class VersionDraft
{
    /// <summary>
    /// Writes the version and the function it belongs to; writes nothing when code and configuration are those of the version
    /// published last, and gives that one.
    /// </summary>
    public static FunctionVersion Publish(
        CatalogTransaction transaction, FunctionDocument document, string? description, CodeStorage storage)
    {
        FunctionVersion latest = document.Latest;
        string digest = DigestOf(latest);
        if (document.Published is { } last && last.Digest == digest && VersionDocuments.Find(transaction, latest.Arn, last.Version) is { } same)
        {
            return same;
        }

        if (latest.Code is { } code)
        {
            storage.Require(transaction, latest.Arn.Account, latest.Region, code, replacedBytes: 0);
        }

        FunctionVersion version = latest with
        {
            Version = VersionDocuments.TakeNumber(transaction, latest.Arn),
            Description = description ?? latest.Description,
            State = document.InPreparation ? FunctionState.Creating : FunctionState.Active,
            LastUpdate = UpdateStatus.Successful,
            RevisionId = FunctionDraft.NewId(),
        };
        VersionDocuments.Put(transaction, version);
        FunctionDocuments.Put(transaction, document with
        {
            // Publishing gives $LATEST a revision of its own (recorded).
            Latest = latest with { RevisionId = FunctionDraft.NewId() },
            Published = new PublishedContent(version.Version, digest),
        });
        return version;
    }

    /// <summary>Of all that a version freezes: whatever setting is added to versions counts from the day it is added.</summary>
    public static string DigestOf(FunctionVersion version)
    {
        FunctionVersion content = version with
        {
            Version = FunctionArn.Latest,
            State = FunctionState.Active,
            LastUpdate = UpdateStatus.Successful,
            LastModified = string.Empty,
            RevisionId = string.Empty,
            EnvironmentKey = string.Empty,
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, FunctionsJson.Default.FunctionVersion)));
    }
}
