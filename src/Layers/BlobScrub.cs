using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Layers;

internal sealed class BlobScrub(StorageParts parts, ScrubReport report)
{
    public async Task VerifyAsync(Sha256 blob, CancellationToken cancellationToken)
    {
        using DigestLease lease = parts.Blobs.Leases.Begin();
        await lease.HoldAsync(blob, cancellationToken);
        long length = parts.Blobs.FindLength(blob) ?? 0;
        if (await FindProblemAsync(blob, cancellationToken) is { } problem && report.NamesOf(blob) is { Count: > 0 } names)
        {
            report.Add(new ScrubFinding { Subject = ScrubSubject.Blob, Name = blob.ToString(), Problem = problem, NamedBy = names });
        }

        report.Verified(length);
    }

    private async Task<string?> FindProblemAsync(Sha256 blob, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream content = parts.Blobs.OpenRead(blob);
            return new Sha256(await SHA256.HashDataAsync(content, cancellationToken)) == blob
                ? null
                : "The content is no longer what was stored.";
        }
        catch (Exception failure) when (failure is IOException or BlobNotFoundException)
        {
            return failure.Message;
        }
    }
}
