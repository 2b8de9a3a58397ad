using Lamina.Access;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;
using Lamina.Store;

namespace Lamina.Rooms.Tests.Layers;

/// <summary>The room as the server puts it together, over a folder of the test's own.</summary>
public sealed class LayersRoom : IAsyncDisposable
{
    private readonly List<Exception> _failures = [];

    public LayersRoom(string directory, string bootId, TimeProvider time)
    {
        DirectoryPath = directory;
        Directory.CreateDirectory(directory);
        Blobs = new FileBlobStore(Path.Combine(directory, "blobs"));
        Catalog = SqliteCatalog.Open(Path.Combine(directory, "catalog.db"));
        LayersDirectories directories = LayersDirectories.Below(directory);
        Archives = ArchiveStore.Open(directories);
        Manifests = ManifestStore.Open(directories, Archives);
        Trees = TreeStore.Open(directories, Archives, Manifests, time, bootId);
        Builder = new TreeBuilder(Trees, Catalog, _failures.Add);
        Intake = new ArchiveIntake(Archives, Manifests);
        Publisher = new LayerPublisher(Intake, Catalog, new CodeStorage(Catalog, Limits.CodeStorageBytes, new NoFunctions()), Builder, time);
        Permissions = new LayerPermissions(Catalog, Organizations.Parse(["o-a1b2c3d4e5=222222222222"]));
        Library = new LayerLibrary(Catalog, Permissions);
        Inspector = new OptInspector(Manifests);
        Storage = new StorageParts
        {
            Images = null,
            DataDirectory = directory,
            Catalog = Catalog,
            Roots = [new LayerRoots(), InUse],
            Blobs = Blobs,
            BlobRoots = [InUse],
            Archives = Archives,
            Manifests = Manifests,
            Trees = Trees,
            Time = time,
            ReportFailure = _failures.Add,
        };
        Collector = new StorageCollector(Storage);
        Scrub = new StorageScrub(Storage);
        Builder.Built += Collector.TreeMade;
    }

    public static Caller Caller { get; } = new()
    {
        Account = AccountId.Default,
        Region = "eu-central-1",
        PrincipalArn = "arn:aws:iam::000000000000:root",
    };

    public string DirectoryPath { get; }

    public FileBlobStore Blobs { get; }

    public SqliteCatalog Catalog { get; }

    public ArchiveStore Archives { get; }

    public ManifestStore Manifests { get; }

    public TreeStore Trees { get; }

    public TreeBuilder Builder { get; }

    public ArchiveIntake Intake { get; }

    public LayerPublisher Publisher { get; }

    public LayerLibrary Library { get; }

    public LayerPermissions Permissions { get; }

    public OptInspector Inspector { get; }

    /// <summary>What functions would name.</summary>
    public TestRoots InUse { get; } = new();

    public StorageParts Storage { get; }

    public StorageCollector Collector { get; }

    public StorageScrub Scrub { get; }

    public IReadOnlyList<Exception> BuildFailures => _failures;

    public static LayersRoom In(TestFolder folder) => new(folder.Below("data"), "this-boot", TimeProvider.System);

    public Task<LayerVersion> PublishAsync(string name, byte[] zip) =>
        Publisher.PublishAsync(Caller, new PublishLayerVersionRequest { LayerName = name }, zip, CancellationToken.None);

    /// <summary>Stored, and held by nobody.</summary>
    public async Task<StoredArchive> StoreAsync(byte[] zip)
    {
        using IncomingArchive incoming = await Intake.StoreAsync(zip, CancellationToken.None);
        return incoming.Content;
    }

    public async Task<string> MaterializeAsync(StoredArchive archive)
    {
        using TreeLease tree = await Trees.LeaseAsync(archive, CancellationToken.None);
        return tree.Directory;
    }

    public async Task<string> TreeOfAsync(byte[] zip)
    {
        return await MaterializeAsync(await StoreAsync(zip));
    }

    public async ValueTask DisposeAsync()
    {
        Scrub.Dispose();
        await Collector.DisposeAsync();
        await Builder.DisposeAsync();
        await Trees.DisposeAsync();
        Archives.Dispose();
        await Catalog.DisposeAsync();
    }

    private sealed class NoFunctions : ICodeHolder
    {
        public long CountBytes(CatalogSnapshot snapshot, AccountId account, string region) => 0;
    }
}

/// <summary>Archives and blobs that a test says are in use.</summary>
public sealed class TestRoots : IArchiveRoots, IBlobRoots
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(StoredArchive Archive, string Name), int> _archives = new();

    public List<Sha256> Blobs { get; } = [];

    public void Add(StoredArchive archive, string name) => _archives[(archive, name)] = 0;

    public void Remove(StoredArchive archive, string name) => _archives.TryRemove((archive, name), out _);

    IEnumerable<ArchiveRoot> IArchiveRoots.In(CatalogSnapshot snapshot) =>
        _archives.Keys.Select(static root => new ArchiveRoot(root.Archive, root.Name, WantsTree: true));

    IEnumerable<Sha256> IBlobRoots.In(CatalogSnapshot snapshot) => Blobs;

    IEnumerable<string> IBlobRoots.NamesOf(CatalogSnapshot snapshot, Sha256 blob) => Blobs.Contains(blob) ? [$"s3://bucket/{blob}"] : [];
}
