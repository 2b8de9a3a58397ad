using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Lamina.Access;
using Lamina.Access.Identities;
using Lamina.Access.Policies;
using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Images;
using Lamina.Layers;
using Lamina.Sandbox;
using Lamina.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lamina.Rooms.Tests.Execution;

/// <summary>The rooms an invocation passes, over a real data folder and real sandboxes.</summary>
internal sealed class ExecutionHouse : IAsyncDisposable
{
    /// <summary>The beginning of a custom runtime in Python, standard library only.</summary>
    public const string PythonClient = """
        #!/usr/bin/python3
        import http.client, json, os, sys, time
        api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        def call(method, path, body=None, headers={}):
            api.request(method, "/2018-06-01/runtime/" + path, body, headers)
            answer = api.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        def next():
            status, headers, event = call("GET", "invocation/next")
            return headers["Lambda-Runtime-Aws-Request-Id"], headers, event
        def respond(id, body):
            return call("POST", "invocation/" + id + "/response", body)

        """;

    /// <summary>The beginning of an extension in Python; the rest calls <c>register(events)</c>, <c>next()</c>, <c>call(method, path, body, headers)</c>.</summary>
    public const string PythonExtension = """
        #!/usr/bin/python3
        import http.client, json, os, sys, time
        name = os.path.basename(sys.argv[0])
        api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        me = {}
        def say(*words):
            print(name, *words, flush=True)
        def call(method, path, body=None, headers={}):
            api.request(method, "/2020-01-01/extension/" + path, body, {**me, **headers})
            answer = api.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        def register(*events, headers={}):
            status, answer, body = call("POST", "register", json.dumps({"events": events}), {"Lambda-Extension-Name": name, **headers})
            me["Lambda-Extension-Identifier"] = answer["Lambda-Extension-Identifier"]
            return status, answer, body
        def next():
            return json.loads(call("GET", "event/next")[2])

        """;

    private readonly string _folder;
    private readonly SandboxHost _sandboxes;
    private readonly ArchiveStore _archives;
    private readonly ArchiveIntake _intake;
    private readonly TreeStore _trees;
    private readonly SqliteCatalog _catalog;
    private readonly ImageLayerStore _images;

    private ExecutionHouse(
        string folder, SandboxHost sandboxes, ExecutionOptions options, int accountLimit, TimeProvider time, RequestDelegate awsEndpoint)
    {
        _folder = folder;
        _sandboxes = sandboxes;
        LayersDirectories directories = LayersDirectories.Below(folder);
        _archives = ArchiveStore.Open(directories);
        ManifestStore manifests = ManifestStore.Open(directories, _archives);
        _intake = new ArchiveIntake(_archives, manifests);
        _trees = TreeStore.Open(directories, _archives, manifests, time);
        DevLayers = new DevLayers(_intake, _trees, time);
        DevFunctions = new DevFunctions(_intake, _trees, time);
        _catalog = SqliteCatalog.Open(Path.Combine(folder, "catalog.db"));
        Concurrency = new FunctionConcurrency(_catalog, new FunctionPermissions(_catalog, Organizations.None), accountLimit, time);
        _images = ImageLayerStore.Open(folder, _catalog, time);
        Invoker = new Invoker(
            sandboxes,
            _trees,
            DevLayers,
            DevFunctions,
            new ImageLibrary(_catalog, _images, time),
            new RuntimeCatalog(),
            version => IsCurrent(version),
            Concurrency,
            awsEndpoint,
            Roles(folder, _catalog, time),
            options,
            time,
            NullLoggerFactory.Instance);
        Directory = new FunctionDirectory(_catalog, new FunctionPermissions(_catalog, Organizations.None), new UnseenUpdates(time), Random.Shared);
        Collector = new StorageCollector(new StorageParts
        {
            Images = null,
            DataDirectory = folder,
            Catalog = _catalog,
            Roots = [new FunctionRoots(), new RunningRoots(Invoker)],
            Blobs = new FileBlobStore(Path.Combine(folder, "blobs")),
            BlobRoots = [],
            Archives = _archives,
            Manifests = manifests,
            Trees = _trees,
            Time = time,
            ReportFailure = static failure => throw new InvalidOperationException("A collection failed.", failure),
        });
    }

    public string Folder => _folder;

    public Invoker Invoker { get; }

    public DevLayers DevLayers { get; }

    public DevFunctions DevFunctions { get; }

    public FunctionConcurrency Concurrency { get; }

    public FunctionDirectory Directory { get; }

    public StorageCollector Collector { get; }

    public ICatalog Catalog => _catalog;

    /// <summary>What the invoker asks before it starts anything. Most functions of these tests are in no catalog.</summary>
    public Func<FunctionVersion, bool> IsCurrent { get; set; } = static _ => true;

    public IReadOnlyCollection<Sha256> StoredArchives => _archives.List();

    public static ExecutionOptions Options { get; } = new()
    {
        RuntimesDirectory = Path.Combine(AppContext.BaseDirectory, "lambda-runtimes"),

        // LAMINA_TEST_SHELLS=1: every test starts its environments in sandboxes made in advance, if it waits for them.
        ShellMemoryBytes = Environment.GetEnvironmentVariable("LAMINA_TEST_SHELLS") == "1" ? 1L << 30 : 0,
        PrimeMemoryBytes = 0,
    };

    public static Task<ExecutionHouse> OpenAsync() => OpenAsync(Options, TimeProvider.System, RefuseAsync);

    public static Task<ExecutionHouse> OpenAsync(ExecutionOptions options, TimeProvider time, RequestDelegate awsEndpoint) =>
        OpenAsync(options, Limits.ConcurrentExecutions, time, awsEndpoint);

    /// <param name="accountLimit">Concurrent executions of an account.</param>
    public static async Task<ExecutionHouse> OpenAsync(
        ExecutionOptions options, int accountLimit, TimeProvider time, RequestDelegate awsEndpoint)
    {
        string folder = System.IO.Directory.CreateTempSubdirectory("lamina-execution-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        SandboxHost sandboxes = await SandboxHost.StartAsync(
            new SandboxHostOptions
            {
                JailPath = Path.Combine(AppContext.BaseDirectory, "lamina-jail"),
                RunDirectory = Path.Combine(folder, "run"),
            },
            CancellationToken.None);
        ExecutionHouse house = new(folder, sandboxes, options, accountLimit, time, awsEndpoint);
        await house.Invoker.StartAsync(CancellationToken.None);
        return house;
    }

    public static Invocation Event(string payload, bool wantsLogTail = true) => new()
    {
        RequestId = Guid.NewGuid().ToString(),
        Payload = Encoding.UTF8.GetBytes(payload),
        InvokedFunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:f",
        ClientContext = null,
        TraceId = "Root=1-00000000-000000000000000000000000;Sampled=0",
        WantsLogTail = wantsLogTail,
    };

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>A custom runtime in Python; <paramref name="script"/> sees <c>next()</c>, <c>respond(id, body)</c>, <c>call(method, path, body, headers)</c>.</summary>
    public Task<FunctionVersion> PythonBootstrapAsync(string script) => FunctionAsync(("bootstrap", PythonClient + script));

    /// <summary>A layer with one extension in Python.</summary>
    public Task<LayerReference> ExtensionAsync(string name, string script) => LayerAsync(name, ($"extensions/{name}", PythonExtension + script));

    public async Task<FunctionVersion> FunctionAsync(params (string Path, string Text)[] files)
    {
        StoredArchive code = await StoreAsync(files);
        return Function(code);
    }

    /// <summary>The function with its version 1 in the catalog, where settings of concurrency look for both. Gives the version.</summary>
    public async Task<FunctionVersion> PublishAsync(FunctionVersion function)
    {
        FunctionVersion version = function with { Version = "1" };
        await _catalog.CommitAsync(
            transaction =>
            {
                FunctionDocuments.Put(transaction, new FunctionDocument { Latest = function, Former = null, Tags = null });
                VersionDocuments.Put(transaction, version);
                return true;
            },
            CancellationToken.None);
        return version;
    }

    /// <summary>Deletes the function as the editor does: from the catalog, then the invoker hears of it.</summary>
    public async Task DeleteAsync(FunctionVersion function)
    {
        IReadOnlyList<FunctionVersion> deleted = await _catalog.CommitAsync(
            transaction => FunctionRemoval.DeleteFunction(transaction, function with { Version = FunctionArn.Latest }), CancellationToken.None);
        foreach (FunctionVersion version in deleted)
        {
            Invoker.Retire(version with { EnvironmentKey = string.Empty });
        }
    }

    public async Task<LayerReference> LayerAsync(string name, params (string Path, string Text)[] files) => new()
    {
        Arn = $"arn:aws:lambda:us-east-1:000000000000:layer:{name}:1",
        Content = await StoreAsync(files),
    };

    public static FunctionVersion Function(StoredArchive code) => new()
    {
        Region = "us-east-1",
        Account = "000000000000",
        Name = "f",
        Version = "$LATEST",
        Runtime = "provided.al2023",
        Handler = "index.handler",
        Role = "arn:aws:iam::000000000000:role/r",
        Description = "",
        TimeoutSeconds = 30,
        MemorySizeMiB = 512,
        EphemeralStorageMiB = 512,
        Architectures = ["x86_64"],
        Environment = null,
        Layers = [],
        Code = code,
        Settings = new FunctionSettings
        {
            LogFormat = "Text",
            ApplicationLogLevel = null,
            SystemLogLevel = null,
            LogGroup = "/aws/lambda/f",
            TracingMode = "PassThrough",
            DeadLetterTargetArn = null,
            KmsKeyArn = null,
            SnapStartApplyOn = "None",
            VpcSubnetIds = null,
            VpcSecurityGroupIds = null,
            VpcIpv6Allowed = false,
        },
        State = FunctionState.Active,
        LastUpdate = UpdateStatus.Successful,
        LastModified = "2026-01-01T00:00:00.000+0000",
        RevisionId = "r",
        EnvironmentKey = Guid.NewGuid().ToString(),
    };

    public ImmutableArray<string> LogLines(FunctionVersion function) =>
        [.. Invoker.Logs.Read(function.Arn, 0).Select(line => Text(line.Message))];

    /// <summary>The first line that begins so, once it is there.</summary>
    public async Task<string> LogLineAsync(FunctionVersion function, string beginning) => await Invoker.Logs
        .FollowAsync(function.Arn, 0, CancellationToken.None)
        .Select(line => Text(line.Message))
        .FirstAsync(line => line.StartsWith(beginning, StringComparison.Ordinal));

    public ValueTask<InvokeOutcome> InvokeAsync(FunctionVersion function, string payload = "{}") =>
        Invoker.InvokeAsync(function, Event(payload), CancellationToken.None);

    /// <summary>The archive, its tree made, as before a function becomes active.</summary>
    public async Task<StoredArchive> UnpackAsync(StoredArchive archive)
    {
        (await _trees.LeaseAsync(archive, CancellationToken.None)).Dispose();
        return archive;
    }

    public Task<StoredArchive> StoreAsync(params (string Path, string Text)[] files) =>
        StoreAsync(files.Select(static file => (file.Path, Encoding.UTF8.GetBytes(file.Text))));

    public async Task<StoredArchive> StoreAsync(IEnumerable<(string Path, byte[] Bytes)> files)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create))
        {
            foreach ((string path, byte[] bytesOfOne) in files)
            {
                ZipArchiveEntry entry = zip.CreateEntry(path);
                bool executable = path.EndsWith("bootstrap", StringComparison.Ordinal) || path.StartsWith("bin/", StringComparison.Ordinal)
                    || path.StartsWith("extensions/", StringComparison.Ordinal);
                entry.ExternalAttributes = (executable ? 0x81ED : 0x81A4) << 16;
                await using Stream content = entry.Open();
                await content.WriteAsync(bytesOfOne);
            }
        }

        using IncomingArchive incoming = await _intake.StoreAsync(bytes.ToArray(), CancellationToken.None);
        return incoming.Content;
    }

    public async ValueTask DisposeAsync()
    {
        await Collector.DisposeAsync();
        await Invoker.DisposeAsync();
        await _sandboxes.DisposeAsync();
        await _trees.DisposeAsync();
        _archives.Dispose();
        _images.Dispose();
        await _catalog.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private static RoleAssumption Roles(string folder, ICatalog catalog, TimeProvider time)
    {
        IdentityStore identities = new(catalog);
        return new RoleAssumption(identities, new SessionIssuer(SessionKey.Open(folder)), new IdentityAuthorizer(identities), time, enforce: false);
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status501NotImplemented;
        return Task.CompletedTask;
    }
}
