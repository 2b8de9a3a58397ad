using System.Collections.Immutable;
using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>
/// Layers whose content a client sends anew whenever it changes, without publishing. A *session* belongs to one layer and lasts as
/// long as its client stays; its content is seen by functions of the layer's own account only, in the place of whichever version of
/// the layer they use. Versions, their digests and the functions' configuration never change by it.
/// </summary>
/// <remarks>
/// Kept in memory: no client outlives the server, and so no session does. The content goes through the same intake as a published
/// archive, by the same checks, because its client may be as hostile as a publisher.
/// </remarks>
public sealed class DevLayers(ArchiveIntake intake, TreeStore trees, TimeProvider time) : IArchiveRoots
{
    private ImmutableDictionary<LayerArn, DevLayer> _layers = ImmutableDictionary<LayerArn, DevLayer>.Empty;

    /// <summary>The content that functions see is another one now, or the published one again. Raised after it is.</summary>
    public event Action<LayerArn>? Changed;

    /// <summary>Begins a session; throws ResourceConflict when the layer has one already.</summary>
    public DevLayer Open(Caller caller, LayerArn layer, string folder)
    {
        RequireOwner(caller, layer);
        DevLayer opened = new()
        {
            Session = RandomNumberGenerator.GetHexString(32, lowercase: true),
            Layer = layer,
            Folder = folder,
            Since = time.GetUtcNow(),
            Updates = 0,
            UpdatedAt = null,
            Content = [],
        };
        return ImmutableInterlocked.TryAdd(ref _layers, layer, opened)
            ? opened
            : throw AwsError.ResourceConflict(
                $"The layer {layer.Name} has a dev session already, of {_layers.GetValueOrDefault(layer)?.Folder ?? "another folder"}.");
    }

    /// <summary>The session as it is; throws when it is over, or another account's.</summary>
    public DevLayer RequireSession(Caller caller, LayerArn layer, string session)
    {
        RequireOwner(caller, layer);
        return Find(layer, session);
    }

    /// <summary>
    /// 1. The archive is checked and stored as any other. 2. Its tree is made, so that no invocation waits for it.
    /// 3. It takes the place of the former content. Whatever fails before leaves the former content where it is.
    /// </summary>
    /// <param name="whole">False: the archive has what changed since the last whole one, and is laid over that.</param>
    public async Task<DevLayer> UpdateAsync(
        Caller caller, LayerArn layer, string session, ReadOnlyMemory<byte> archive, bool whole, CancellationToken cancellationToken)
    {
        DevLayer before = RequireSession(caller, layer, session);
        StoredArchive? under = whole ? null : before.Content.FirstOrDefault() ?? throw NothingUnder();

        using IncomingArchive incoming = await intake.StoreAsync(archive, Limits.DevArchiveBytes, cancellationToken); // 1
        StoredArchive stored = incoming.Content;
        if (under is not null && under.UnzippedBytes + stored.UnzippedBytes > Limits.UnzippedBytes)
        {
            throw ArchiveFault.UnzippedTooLarge();
        }

        using TreeLease tree = await trees.LeaseAsync(stored, cancellationToken); // 2
        DevLayer updated = Put(layer, session, under, stored); // 3
        Changed?.Invoke(layer);
        return updated;
    }

    /// <summary>Ends a session. It is listed until its content is gone everywhere.</summary>
    public void Close(DevLayer opened)
    {
        if (_layers.GetValueOrDefault(opened.Layer) is not { } last || last.Session != opened.Session)
        {
            return;
        }

        // Its client is gone or going, so an update under way may still come in between: then there is another round.
        DevLayer emptied = last with { Content = [] };
        if (!ImmutableInterlocked.TryUpdate(ref _layers, opened.Layer, emptied, last))
        {
            Close(opened);
            return;
        }

        Changed?.Invoke(opened.Layer);
        if (!ImmutableInterlocked.Update(
            ref _layers, static (layers, ended) => layers.GetValueOrDefault(ended.Layer) == ended ? layers.Remove(ended.Layer) : layers, emptied))
        {
            Close(opened);
        }
    }

    /// <summary>The one place where it is decided what a function's layers show.</summary>
    public LayerStackContent ContentOf(AccountId function, ImmutableArray<LayerReference> layers)
    {
        ImmutableDictionary<LayerArn, DevLayer> sessions = Volatile.Read(ref _layers);
        var archives = ImmutableArray.CreateBuilder<StoredArchive>(layers.Length);
        var used = ImmutableArray.CreateBuilder<DevLayer>();
        foreach (LayerReference layer in layers)
        {
            if (!sessions.IsEmpty && ContentIn(sessions, function, layer) is { } dev)
            {
                archives.AddRange(dev.Content);
                used.Add(dev);
            }
            else
            {
                archives.Add(layer.Content);
            }
        }

        return new LayerStackContent(archives.ToImmutable(), used.ToImmutable());
    }

    /// <summary>The sessions of the caller's account and region, by name.</summary>
    public IEnumerable<DevLayer> List(Caller caller) => Volatile.Read(ref _layers).Values
        .Where(session => session.Layer.Account == caller.Account && session.Layer.Region == caller.Region)
        .OrderBy(static session => session.Layer.Name, StringComparer.Ordinal);

    /// <summary>Every archive that is some layer's dev content now: nothing else names them.</summary>
    public IEnumerable<ArchiveRoot> In(CatalogSnapshot snapshot) => ArchivesInUse();

    internal IEnumerable<ArchiveRoot> ArchivesInUse() => Volatile.Read(ref _layers).Values.SelectMany(
        static session => session.Content.Select(archive => new ArchiveRoot(archive, $"{session.Layer}:dev", WantsTree: true)));

    private static DevLayer? ContentIn(ImmutableDictionary<LayerArn, DevLayer> sessions, AccountId function, LayerReference layer) =>
        LayerVersionArn.TryParse(layer.Arn, out LayerVersionArn? arn)
        && arn.Layer.Account == function
        && sessions.GetValueOrDefault(arn.Layer) is { Content.IsEmpty: false } dev
            ? dev
            : null;

    private static void RequireOwner(Caller caller, LayerArn layer)
    {
        // Not by policy: other accounts may be allowed to use a layer, never to change what it shows.
        if (layer.Account != caller.Account)
        {
            throw AwsError.AccessDenied($"User: {caller.PrincipalArn} may not change what the layer {layer} shows: it belongs to another account");
        }
    }

    private DevLayer Find(LayerArn layer, string session) =>
        Volatile.Read(ref _layers).GetValueOrDefault(layer) is { } found && found.Session == session
            ? found
            : throw AwsError.ResourceNotFound($"The layer {layer.Name} has no such dev session; it ends when the request that opened it ends.");

    private DevLayer Put(LayerArn layer, string session, StoredArchive? under, StoredArchive stored)
    {
        while (true)
        {
            DevLayer before = Find(layer, session);
            if (under is not null && before.Content.FirstOrDefault() != under)
            {
                throw NothingUnder();
            }

            DevLayer after = before with
            {
                Updates = before.Updates + 1,
                UpdatedAt = time.GetUtcNow(),
                Content = under is null ? [stored] : [under, stored],
            };
            if (ImmutableInterlocked.TryUpdate(ref _layers, layer, after, before))
            {
                return after;
            }
        }
    }

    private static AwsError NothingUnder() =>
        AwsError.ResourceConflict("The whole that these changes belong to is not there; send the whole folder.");
}
