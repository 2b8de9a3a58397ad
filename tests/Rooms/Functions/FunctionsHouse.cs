using System.IO.Compression;
using System.Text;
using Lamina.Access;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Lamina.Rooms.Tests.Functions;

/// <summary>The rooms up to Functions over a real data folder, which can be closed and opened again.</summary>
internal sealed class FunctionsHouse : IAsyncDisposable
{
    public const string Role = "arn:aws:iam::000000000000:role/r";

    private readonly ArchiveStore _archives;
    private readonly TreeBuilder _builder;
    private bool _closed;

    private FunctionsHouse(string folder, FakeTimeProvider time, long quotaBytes)
    {
        Folder = folder;
        Time = time;
        Catalog = new GatedCatalog(SqliteCatalog.Open(Path.Combine(folder, "catalog.db")));
        LayersDirectories directories = LayersDirectories.Below(folder);
        _archives = ArchiveStore.Open(directories);
        ManifestStore manifests = ManifestStore.Open(directories, _archives);
        Trees = TreeStore.Open(directories, _archives, manifests, time);
        _builder = new TreeBuilder(Trees, Catalog, static _ => { });
        ArchiveIntake intake = new(_archives, manifests);
        Permissions = new LayerPermissions(Catalog, Organizations.None);
        CodeStorage storage = new(Catalog, quotaBytes, new FunctionStorage());
        Library = new LayerLibrary(Catalog, Permissions);
        Publisher = new LayerPublisher(intake, Catalog, storage, _builder, time);
        Policies = new FunctionPermissions(Catalog, Organizations.Parse(["o-a1b2c3d4e5=222222222222"]));
        Concurrency = new FunctionConcurrency(Catalog, Policies, Limits.ConcurrentExecutions, time);
        Aliases = new FunctionAliases(Catalog, Concurrency, Policies);
        Versions = new FunctionPublisher(Catalog, storage, Policies);
        UnseenUpdates updates = new(time);
        Directory = new FunctionDirectory(Catalog, Policies, updates, new Random(4));
        Editor = new FunctionEditor(Catalog, intake, Trees, Library, storage, Policies, time, updates, NullLogger<FunctionEditor>.Instance);
    }

    public static Caller Caller { get; } = new()
    {
        Account = AccountId.Default,
        Region = "us-east-1",
        PrincipalArn = "arn:aws:iam::000000000000:root",
    };

    public string Folder { get; }

    public FakeTimeProvider Time { get; }

    public GatedCatalog Catalog { get; }

    public TreeStore Trees { get; }

    public LayerPermissions Permissions { get; }

    public LayerLibrary Library { get; }

    public LayerPublisher Publisher { get; }

    public FunctionPermissions Policies { get; }

    public FunctionConcurrency Concurrency { get; }

    public FunctionAliases Aliases { get; }

    public FunctionPublisher Versions { get; }

    public FunctionDirectory Directory { get; }

    public FunctionEditor Editor { get; }

    public static FunctionsHouse Open() => Open(Limits.CodeStorageBytes);

    public static FunctionsHouse Open(long quotaBytes) => new(
        System.IO.Directory.CreateTempSubdirectory("lamina-functions-").FullName,
        new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero)),
        quotaBytes);

    public static CreateFunctionRequest Request(string name) => new()
    {
        FunctionName = name,
        Runtime = "python3.12",
        Handler = "index.handler",
        Role = Role,
    };

    /// <summary>The same files give the same bytes, whenever they are asked for.</summary>
    public static byte[] Zip(params (string Path, string Text)[] files)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create))
        {
            foreach ((string path, string text) in files)
            {
                ZipArchiveEntry entry = zip.CreateEntry(path);
                entry.LastWriteTime = DateTimeOffset.UnixEpoch.AddYears(30);
                using Stream content = entry.Open();
                content.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return bytes.ToArray();
    }

    public static byte[] Code(string text) => Zip(("index.py", text));

    public static FunctionArn ArnOf(string name) => new(Caller.Region, Caller.Account, name);

    public Task<FunctionVersion> CreateAsync(CreateFunctionRequest request) =>
        Editor.CreateAsync(Caller, request, Code("def handler(e, c): pass"), CancellationToken.None);

    public async Task<FunctionVersion> CreateReadyAsync(CreateFunctionRequest request)
    {
        Task settled = SettledAsync(request.FunctionName!);
        await CreateAsync(request);
        await settled;
        return Latest(request.FunctionName!);
    }

    public async Task<FunctionVersion> ConfigureReadyAsync(UpdateFunctionConfigurationRequest request)
    {
        Task settled = SettledAsync(request.FunctionName!);
        await Editor.UpdateConfigurationAsync(Caller, request, CancellationToken.None);
        await settled;
        return Latest(request.FunctionName!);
    }

    public async Task<FunctionVersion> UpdateCodeReadyAsync(string name, byte[] code)
    {
        Task settled = SettledAsync(name);
        await Editor.UpdateCodeAsync(Caller, new UpdateFunctionCodeRequest { FunctionName = name }, code, CancellationToken.None);
        await settled;
        return Latest(name);
    }

    public Task<FunctionVersion> PublishAsync(string name) =>
        Versions.PublishAsync(Caller, new PublishVersionRequest { FunctionName = name }, CancellationToken.None);

    /// <summary>A function with the versions 1 and 2, which differ in their variable V.</summary>
    public async Task CreateTwoVersionsAsync(string name)
    {
        await CreateReadyAsync(Request(name));
        await PublishAsync(name);
        await ConfigureReadyAsync(new UpdateFunctionConfigurationRequest
        {
            FunctionName = name,
            Environment = new Lamina.Contract.Lambda.Environment { Variables = new Dictionary<string, string> { ["V"] = "2" } },
        });
        await PublishAsync(name);
    }

    public Task DeleteAsync(string name) => Editor.DeleteAsync(Caller, name, null, CancellationToken.None);

    public async Task<string> PublishLayerAsync(string name, params (string Path, string Text)[] files)
    {
        PublishLayerVersionRequest request = new() { LayerName = name };
        LayerVersion version = await Publisher.PublishAsync(Caller, request, Zip(files), CancellationToken.None);
        return $"{version.LayerArn}:{version.Version}";
    }

    public FunctionVersion Latest(string name) => Directory.Resolve(Caller, name, null);

    public FunctionVersion Invocable(string name) => Directory.ResolveInvocable(Caller, name, null);

    /// <summary>The next end of a preparation of the function, counted from this call.</summary>
    public Task SettledAsync(string name)
    {
        TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Editor.Settled += arn => _ = arn.Name == name && settled.TrySetResult();
        return settled.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>As <see cref="SettledAsync"/>, or at once when nothing is under way: for what was taken up while the house was opened.</summary>
    public Task SettledOrDoneAsync(string name)
    {
        Task settled = SettledAsync(name);
        FunctionVersion latest = Latest(name);
        return latest.State.Name == FunctionStateName.Pending || latest.LastUpdate.Name == UpdateStatusName.InProgress
            ? settled
            : Task.CompletedTask;
    }

    /// <summary>Runs a change whose blobs are lost just before it is committed: its trees cannot be made then, not even by root.</summary>
    public async Task<FunctionVersion> LoseBlobsOfAsync(string name, Func<Task> change)
    {
        Task settled = SettledAsync(name);
        Task held = Catalog.HoldAfter(0);
        Task changed = change();
        await held;
        foreach (Sha256 digest in _archives.List())
        {
            _archives.Delete([digest]);
        }

        Array.ForEach(System.IO.Directory.GetFiles(LayersDirectories.Below(Folder).Manifests), File.Delete);

        Catalog.Open();
        await changed;
        await settled;
        return Latest(name);
    }

    /// <summary>Closes this house, whatever is under way, and opens another over the same folder, which then owns it.</summary>
    public async Task<FunctionsHouse> ReopenAsync()
    {
        await CloseAsync();
        return new FunctionsHouse(Folder, Time, Limits.CodeStorageBytes);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_closed)
        {
            await CloseAsync();
            System.IO.Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task CloseAsync()
    {
        _closed = true;
        await Editor.DisposeAsync();
        await Trees.DisposeAsync();
        await _builder.DisposeAsync();
        _archives.Dispose();
        await Catalog.DisposeAsync();
    }
}
