using Lamina.Access;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>
/// Brings in layer versions under the ARN they have elsewhere, whoever's account that is: single archives and whole bundles. It is the
/// operator's door: it asks for no permission and refuses nothing for the quota, though what it brings counts.
/// </summary>
public sealed class LayerImporter(ArchiveIntake intake, ICatalog catalog, TreeBuilder trees, TimeProvider time)
{
    /// <summary>One archive under one ARN.</summary>
    /// <param name="isPrivate">Only the ARN's own account may use it; otherwise everyone, as with the layers that vendors publish.</param>
    public async Task<ImportedLayerVersion> ImportAsync(
        LayerVersionArn arn, bool isPrivate, SafeFileHandle file, CancellationToken cancellationToken)
    {
        LayerAccess.RequireNumber(arn);
        using IncomingArchive incoming = await StoreAsync(file, 0, RandomAccess.GetLength(file), cancellationToken);
        LayerVersion version = new()
        {
            LayerArn = arn.Layer.ToString(),
            Version = arn.Version,
            CreatedDate = AwsDate.Format(time.GetUtcNow()),
            Description = "",
            LicenseInfo = null,
            CompatibleRuntimes = null,
            CompatibleArchitectures = null,
            Content = incoming.Content,
        };
        Arrival arrival = new(arn, version, isPrivate ? null : Public(arn), arn.Version);
        return (await CommitAsync([arrival], cancellationToken))[0];
    }

    /// <summary>
    /// 1. The bundle is checked to its last byte. 2. Its archives are checked, stored and held; nothing names them yet. 3. One catalog
    /// transaction makes all versions visible, or none.
    /// </summary>
    public async Task<IReadOnlyList<ImportedLayerVersion>> ImportBundleAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        LayerBundle bundle = LayerBundle.Read(file); // 1
        Dictionary<Sha256, IncomingArchive> archives = [];
        try
        {
            foreach (BundledArchive archive in bundle.Index.Archives) // 2
            {
                (long offset, long length) = bundle.Find(archive.Sha256);
                IncomingArchive incoming = await StoreAsync(file, offset, length, cancellationToken);
                archives.Add(archive.Sha256, incoming);
                if (incoming.Content.Digest != archive.Sha256)
                {
                    throw LayerBundle.Damaged($"the archive {archive.Sha256} has the SHA-256 {incoming.Content.Digest}");
                }
            }

            Dictionary<string, long> last = bundle.Index.Layers.ToDictionary(
                static layer => layer.Arn, static layer => layer.LastVersion, StringComparer.Ordinal);
            return await CommitAsync([.. bundle.Index.Versions.Select(version => ArrivalOf(version, archives, last))], cancellationToken); // 3
        }
        finally
        {
            foreach (IncomingArchive incoming in archives.Values)
            {
                incoming.Dispose();
            }
        }
    }

    private async Task<IncomingArchive> StoreAsync(SafeFileHandle file, long offset, long length, CancellationToken cancellationToken)
    {
        using ArchiveUpload upload = ArchiveUpload.FromImport(file, offset, length);
        return await intake.StoreAsync(upload, cancellationToken);
    }

    private static Arrival ArrivalOf(
        BundledVersion bundled, Dictionary<Sha256, IncomingArchive> archives, Dictionary<string, long> last)
    {
        LayerVersionArn arn = LayerVersionArn.Parse(bundled.Arn);
        LayerVersion version = new()
        {
            LayerArn = arn.Layer.ToString(),
            Version = arn.Version,
            CreatedDate = bundled.CreatedDate,
            Description = bundled.Description,
            LicenseInfo = bundled.LicenseInfo,
            CompatibleRuntimes = bundled.CompatibleRuntimes,
            CompatibleArchitectures = bundled.CompatibleArchitectures,
            Content = archives[bundled.CodeSha256].Content,
        };
        return new Arrival(arn, version, bundled.Policy, last[version.LayerArn]);
    }

    private static LayerPolicy Public(LayerVersionArn arn) => LayerPolicy.New(ResourcePolicy.Empty.Add(
        PolicyStatement.Allowing("everyone", PolicyPrincipal.Everyone, "lambda:GetLayerVersion", arn.ToString())));

    private static ImportedLayerVersion Put(CatalogTransaction transaction, Arrival arrival)
    {
        LayerVersion? here = LayerDocuments.FindVersion(transaction, arrival.Arn);
        if (here is not null && here.Content.Digest != arrival.Version.Content.Digest)
        {
            throw AwsError.ResourceConflict(
                $"The layer version {arrival.Arn} is on this server with other content: SHA-256 {here.Content.Digest}, not "
                + $"{arrival.Version.Content.Digest}. Nothing was imported.");
        }

        LayerDocuments.RaiseLastVersion(transaction, arrival.Arn.Layer, arrival.LastVersion);
        if (here is null)
        {
            LayerDocuments.PutVersion(transaction, arrival.Arn, arrival.Version);
            if (arrival.Policy is not null)
            {
                LayerDocuments.PutPolicy(transaction, arrival.Arn, arrival.Policy);
            }
        }

        return new ImportedLayerVersion(arrival.Arn, arrival.Version.Content, IsNew: here is null);
    }

    private async Task<ImportedLayerVersion[]> CommitAsync(IReadOnlyList<Arrival> arrivals, CancellationToken cancellationToken)
    {
        ImportedLayerVersion[] imported = await catalog.CommitAsync(
            transaction => arrivals.Select(arrival => Put(transaction, arrival)).ToArray(), cancellationToken);
        foreach (ImportedLayerVersion version in imported)
        {
            trees.Enqueue(version.Content);
        }

        return imported;
    }

    private sealed record Arrival(LayerVersionArn Arn, LayerVersion Version, LayerPolicy? Policy, long LastVersion);
}

/// <param name="IsNew">False when it was there already, with this content; then it stays as it was, policy and all.</param>
public sealed record ImportedLayerVersion(LayerVersionArn Arn, StoredArchive Content, bool IsNew);
