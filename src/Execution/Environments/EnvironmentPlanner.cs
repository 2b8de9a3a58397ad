using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Execution.Debugging;
using Lamina.Execution.Extensions;
using Lamina.Execution.Shells;
using Lamina.Execution.StackCaches;
using Lamina.Functions;
using Lamina.Images;
using Lamina.Layers;
using Lamina.Sandbox;

namespace Lamina.Execution.Environments;

/// <summary>All that is needed to start one execution environment.</summary>
internal sealed record EnvironmentPlan : IDisposable
{
    /// <summary>Leases of what the sandbox mounts; held until it is gone.</summary>
    public required ImmutableArray<IDisposable> Held { get; init; }

    public required SandboxSpec Sandbox { get; init; }

    public required ProcessSpec Process { get; init; }

    /// <summary>What external extensions see of the function's environment.</summary>
    public required ImmutableArray<string> ExtensionVariables { get; init; }

    /// <summary>Names of the files in /opt/extensions, in their order; null where extensions are turned off.</summary>
    public required ImmutableArray<string>? Extensions { get; init; }

    /// <summary>A layer has path files of Python's (*.pth).</summary>
    public bool HasPathFiles { get; init; }

    /// <summary>As INIT_START names it: <c>python:3.11.v2</c>. Null for an image, which says nothing of the kind.</summary>
    public required string? RuntimeVersion { get; init; }

    /// <summary>The program started is the user's AWS_LAMBDA_EXEC_WRAPPER.</summary>
    public required bool IsWrapped { get; init; }

    /// <summary>What an image is started with; null for an archive.</summary>
    public required ImageLaunch? Image { get; init; }

    /// <summary>The layers whose dev content stands in the place of the published one.</summary>
    public required ImmutableArray<DevLayer> DevLayers { get; init; }

    /// <summary>Whose dev code stands in the place of the function's own; null: none.</summary>
    public DevFunction? DevFunction { get; init; }

    /// <summary>What a sandbox that was made in advance must be to serve; null: none can.</summary>
    public ShellKind? Shell { get; init; }

    /// <summary>The cache of its layers that there is or may be; null: none can be.</summary>
    public StackCachePlan? StackCache { get; init; }

    /// <summary>What a waiting process of .NET is to show of the function's files.</summary>
    public ImmutableArray<string> StartProperties { get; init; } = [];

    /// <summary>What one must be that has imported in advance; null: none can. Most functions have none, and need not know.</summary>
    public Lazy<PrimePlan>? Prime { get; init; }

    public ProcessSpec ExtensionProcess(string path) =>
        new() { Arguments = [path], Environment = ExtensionVariables, WorkingDirectory = "/" };

    public void Dispose()
    {
        foreach (IDisposable lease in Held)
        {
            lease.Dispose();
        }
    }
}

/// <summary>What is one environment's own, whatever function it runs.</summary>
/// <param name="InitializationType">As AWS_LAMBDA_INITIALIZATION_TYPE says it.</param>
/// <param name="Address">Its loopback address: 127.0.0.1 in a network of its own, unique otherwise.</param>
/// <param name="Credentials">Of a session of the function's role.</param>
internal sealed record EnvironmentIdentity(
    string Id, string LogStream, string InitializationType, IPAddress Address, SessionCredentials Credentials)
{
    /// <summary>The runtime waits for a debugger before it runs anything of the function.</summary>
    public bool WaitsForDebugger { get; init; }
}

/// <summary>The function cannot be started on this machine, whatever is tried.</summary>
internal sealed class EntrypointException(string message, string? runtimeVersion) : Exception(message)
{
    public string? RuntimeVersion { get; } = runtimeVersion;
}

/// <summary>The one place that knows both worlds: turns a function version into what a sandbox understands.</summary>
internal sealed class EnvironmentPlanner(
    TreeStore treeStore,
    DevLayers devLayers,
    DevFunctions devFunctions,
    ImageLibrary images,
    RuntimeCatalog runtimes,
    StackCacheStore stackCaches,
    ExecutionOptions options)
{
    private const string TaskRoot = "/var/task";
    private const string WrapperVariable = "AWS_LAMBDA_EXEC_WRAPPER";
    private const int RuntimeApiPort = 9001;
    private const int AwsEndpointPort = 4566;
    private const int ShownDigits = 12;

    private readonly KnownLayers _layers = new();
    private readonly KnownDotnetCode _dotnetCode = new();
    private readonly ManagedCommands _commands = new(options.RuntimesDirectory);

    public async Task<EnvironmentPlan> PlanAsync(FunctionVersion function, EnvironmentIdentity identity, CancellationToken cancellationToken)
    {
        if (function.Image is { } image)
        {
            ImageLease lease = images.Lease(image.Digest);
            try
            {
                return PlanImage(function, image, identity, lease);
            }
            catch
            {
                lease.Dispose();
                throw;
            }
        }

        while (true)
        {
            LayerStackContent stack = ContentOf(function);
            DevFunction? dev = devFunctions.Find(function);
            try
            {
                return await PlanAsync(function, dev, stack, identity, cancellationToken);
            }
            catch (IOException) when (IsReplaced(stack, function) || devFunctions.Find(function)?.Code != dev?.Code)
            {
                // Dev content that was replaced a moment ago is nobody's any more and may be gone; what took its place is there.
            }
        }
    }

    /// <summary>What a sandbox must be to be made in advance of the function's need; null: it is of a kind of its own.</summary>
    public ShellKind? ShellFor(FunctionVersion function)
    {
        if (function.Image is not null)
        {
            return null;
        }

        try
        {
            RuntimeResolution runtime = runtimes.Resolve(function.Runtime!);
            return ShellFor(function, runtime, DotnetStartOf(function, runtime));
        }
        catch (EntrypointException)
        {
            // Whoever invokes it will hear why.
            return null;
        }
    }

    /// <summary>What decides what an interpreter can import for the function before its code is there; null: it is to import nothing.</summary>
    public string? PrimeKeyOf(FunctionVersion function) =>
        PrimedKindOf(function) is { } kind ? PrimeKeyOf(function, kind, ContentOf(function), CommonVariablesOf(function)) : null;

    /// <summary>The same with all that it needs for it, held.</summary>
    public async Task<HeldPrimePlan?> PlanPrimeAsync(FunctionVersion function, CancellationToken cancellationToken)
    {
        if (PrimedKindOf(function) is not { } kind)
        {
            return null;
        }

        LayerStackContent stack = ContentOf(function);
        ImmutableArray<TreeLease> layers = await LeaseAllAsync(stack.Archives, cancellationToken);
        return new HeldPrimePlan(PrimeOf(function, kind, stack, [.. layers.Select(static tree => tree.Directory)]), [.. layers]);
    }

    /// <summary>The cache that environments of the function may use; null: none.</summary>
    public StackCachePlan? StackCacheOf(FunctionVersion function)
    {
        if (function.Image is not null)
        {
            return null;
        }

        RuntimeResolution runtime = runtimes.Resolve(function.Runtime!);
        using ImageLease? sdk = SdkOf(runtime);
        return StackCacheOf(function, runtime, ContentOf(function), sdk, debug: null);
    }

    /// <summary>How it is made; null: none is.</summary>
    public async Task<HeldStackCachePlan?> PlanStackCacheAsync(FunctionVersion function, CancellationToken cancellationToken)
    {
        RuntimeResolution runtime = runtimes.Resolve(function.Runtime!);
        LayerStackContent stack = ContentOf(function);
        ImmutableArray<TreeLease> trees = await LeaseAllAsync(stack.Archives, cancellationToken);
        List<IDisposable> held = [.. trees];
        try
        {
            ImageLease? sdk = Held(SdkOf(runtime), held);
            if (StackCacheOf(function, runtime, stack, sdk, debug: null) is not { } plan)
            {
                Return(held);
                return null;
            }

            RuntimeLaunch launch = LaunchOf(runtime, function, task: "", [], archive: null);
            Held(launch.Image, held);
            return new HeldStackCachePlan(
                plan,
                MakerOf(function, runtime, launch, sdk, [.. trees.Select(static tree => tree.Directory)]),
                runtime.Family == "java" ? ClientProcess(function, ManagedCommands.ArchiveCommands(runtime.InterpreterPath!).Sender) : null,
                [.. held]);
        }
        catch
        {
            Return(held);
            throw;
        }
    }

    private StackCachePlan? StackCacheOf(
        FunctionVersion function, RuntimeResolution runtime, LayerStackContent stack, ImageLease? sdk, DebugLaunch? debug) =>
        debug is null && stackCaches.IsOn && StackCacheRules.Allow(runtime, function, stack)
            ? new StackCachePlan(
                StackCacheKey.Of(runtime, _commands.ClientOf(runtime), function, stack, sdk), runtime.Family, VersionText(runtime), function.Account)
            : null;

    /// <summary>A sandbox with the layers and nothing of the function, not even a network, in which the interpreter waits to be told.</summary>
    private ShellKind MakerOf(
        FunctionVersion function, RuntimeResolution runtime, RuntimeLaunch launch, ImageLease? sdk, ImmutableArray<string> layers)
    {
        SandboxSpec sandbox = SandboxFor(function, new string('0', 32), IPAddress.Loopback) with
        {
            OptLayers = layers,
            RuntimeDirectory = RuntimeDirectoryOf(runtime),
            HostBinds = WithSdk(launch.Binds, sdk),
            TmpSizeBytes = ShellRules.TmpBytes,
            Limits = new SandboxLimits(
                StackCacheRules.MemoryBytes, StackCacheRules.Cpus, Limits.ProcessesPerEnvironment, Limits.OpenFilesPerEnvironment),
            Network = SandboxNetwork.Isolated,
        };
        return new ShellKind(
            sandbox,
            ClientProcess(function, runtime.Family == "java" ? ManagedCommands.ArchiveCommands(runtime.InterpreterPath!).Maker : launch.Command));
    }

    /// <summary>Our client, in a sandbox that is no function's.</summary>
    private ProcessSpec ClientProcess(FunctionVersion function, ImmutableArray<string> command) => new()
    {
        Arguments = command,
        Environment = EnvironmentVariables.AtStart(function with { Environment = null }, AddressesAt(IPAddress.Loopback)),
        WorkingDirectory = TaskRoot,
    };

    private ShellKind? PrimedKindOf(FunctionVersion function) =>
        ShellFor(function) is { } kind && AllowsPriming(function, kind) ? kind : null;

    private bool AllowsPriming(FunctionVersion function, ShellKind kind) =>
        options is { ShellMemoryBytes: > 0, PrimeMemoryBytes: > 0 } && ShellRules.AllowPriming(RuntimeCatalog.FamilyOf(function.Runtime!), kind, function);

    private PrimePlan PrimeOf(FunctionVersion function, ShellKind kind, LayerStackContent stack, ImmutableArray<string> layers)
    {
        ImmutableArray<string> variables = CommonVariablesOf(function);
        string key = PrimeKeyOf(function, kind, stack, variables);
        return new PrimePlan(key, kind, layers, variables, (long)function.EphemeralStorageMiB << 20, (long)function.MemorySizeMiB << 20);
    }

    private ImmutableArray<string> CommonVariablesOf(FunctionVersion function) =>
        EnvironmentVariables.InCommon(function, AddressesAt(IPAddress.Loopback));

    // A digest: variables may be secrets, and need not lie about.
    private static string PrimeKeyOf(FunctionVersion function, ShellKind kind, LayerStackContent stack, ImmutableArray<string> variables)
    {
        IEnumerable<string> parts =
        [
            kind.Key, "", $"{function.Arn}:{function.Version}", $"{function.MemorySizeMiB}", $"{function.EphemeralStorageMiB}",
            .. stack.Archives.Select(static archive => archive.Tree.ToString()), "", .. variables,
        ];
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
    }

    private LayerStackContent ContentOf(FunctionVersion function) => devLayers.ContentOf(AccountId.Parse(function.Account), function.Layers);

    /// <summary>How the function starts where sandboxes are made in advance.</summary>
    public StartPath StartOf(FunctionVersion function)
    {
        if (function.Image is not null)
        {
            return new StartPath(StartKind.Exact, "it is made of a container image");
        }

        RuntimeResolution runtime = runtimes.Resolve(function.Runtime!);
        return ObstacleOf(runtime) is { } obstacle ? new StartPath(StartKind.Exact, obstacle)
            : (ShellRules.ObstacleOf(runtime.Family, function) ?? DotnetStartOf(function, runtime)?.Obstacle) is { } ownProcess
                ? new StartPath(StartKind.Sandbox, ownProcess)
            : new StartPath(StartKind.Interpreter, $"nothing of it must be known when {runtime.Family} starts");
    }

    /// <summary>Why no sandbox is made in advance for functions of a runtime, as a clause; null when one is.</summary>
    private static string? ObstacleOf(RuntimeResolution runtime) =>
        !runtime.IsAvailable ? $"{runtime.Id} cannot be had on this machine (lamina runtimes)"
        : runtime.Added is not null ? $"{runtime.Id} was added (lamina runtimes)"
        : null;

    private ShellKind? ShellFor(FunctionVersion function, RuntimeResolution runtime, DotnetStart? dotnet) =>
        options.Network == SandboxNetwork.Isolated && ObstacleOf(runtime) is null ? ShellOf(function, runtime, dotnet) : null;

    /// <summary>Of the code that it has now; null for other runtimes, and where the question does not arise.</summary>
    private DotnetStart? DotnetStartOf(FunctionVersion function, RuntimeResolution runtime)
    {
        if (runtime.Family != "dotnet" || !runtime.IsAvailable || !ShellRules.AllowInterpreter(runtime.Family, function))
        {
            return null;
        }

        using TreeLease? code = treeStore.TryLease(devFunctions.Find(function)?.Code ?? function.Code!);
        return code is null ? DotnetStart.Of("its code is not unpacked yet") : DotnetStartOf(function, runtime, code.Directory);
    }

    private DotnetStart? DotnetStartOf(FunctionVersion function, RuntimeResolution runtime, string task) =>
        runtime.Family == "dotnet" && ShellRules.AllowInterpreter(runtime.Family, function) ? _dotnetCode.Of(task, function, runtime) : null;

    private ShellKind ShellOf(FunctionVersion function, RuntimeResolution runtime, DotnetStart? dotnet)
    {
        // Not held: who takes a sandbox of this kind has planned to show the same and holds it, and the others are never used.
        using ImageLease? sdk = SdkOf(runtime);
        SandboxSpec sandbox = SandboxFor(function, new string('0', 32), IPAddress.Loopback) with
        {
            RuntimeDirectory = RuntimeDirectoryOf(runtime),
            HostBinds = WithSdk(ManagedCommands.BindFor(runtime) is { } bind ? [bind] : [], sdk),
            TmpSizeBytes = ShellRules.TmpBytes,
            Limits = new SandboxLimits(
                ShellRules.MemoryBytes, Limits.InitCpus, Limits.ProcessesPerEnvironment, Limits.OpenFilesPerEnvironment),
            AwaitsContent = true,
        };
        bool waits = ShellRules.AllowInterpreter(runtime.Family, function) && dotnet is not { Obstacle: not null };
        ProcessSpec? interpreter = !waits ? null : new ProcessSpec
        {
            Arguments = _commands.ForWaiting(runtime, function, VersionText(runtime)),
            Environment = [.. EnvironmentVariables.AtStart(function, AddressesAt(IPAddress.Loopback)), .. dotnet?.Variables ?? []],
            WorkingDirectory = "/",
        };
        return new ShellKind(sandbox, interpreter);
    }

    private ImageLease? SdkOf(RuntimeResolution runtime) =>
        RuntimeSdk.RepositoryOf(runtime) is { } repository ? images.LeaseLatest(repository) : null;

    private static ImmutableArray<HostBind> WithSdk(ImmutableArray<HostBind> binds, ImageLease? sdk) =>
        sdk is null ? binds : binds.Add(RuntimeSdk.BindOf(sdk));

    private string? RuntimeDirectoryOf(RuntimeResolution runtime) =>
        runtime.Family == "provided" ? null : Path.Combine(options.RuntimesDirectory, runtime.Family);

    private bool IsReplaced(LayerStackContent stack, FunctionVersion function) =>
        !stack.Archives.SequenceEqual(ContentOf(function).Archives);

    private async Task<EnvironmentPlan> PlanAsync(
        FunctionVersion function, DevFunction? dev, LayerStackContent stack, EnvironmentIdentity identity, CancellationToken cancellationToken)
    {
        ImmutableArray<TreeLease> trees = await LeaseAllAsync([dev?.Code ?? function.Code!, .. stack.Archives], cancellationToken);
        List<IDisposable> held = [.. trees];
        try
        {
            return Plan(function, stack, identity, trees, held) with { DevFunction = dev };
        }
        catch
        {
            Return(held);
            throw;
        }
    }

    /// <summary>A function of archives, by the machine's interpreter or a runtime that was added.</summary>
    /// <param name="trees">Of the code, then of the layers in their order.</param>
    /// <param name="held">Those, and what else is leased for the plan.</param>
    private EnvironmentPlan Plan(
        FunctionVersion function, LayerStackContent stack, EnvironmentIdentity identity, ImmutableArray<TreeLease> trees, List<IDisposable> held)
    {
        ImmutableArray<string> layers = [.. trees.Skip(1).Select(static tree => tree.Directory)];
        RuntimeResolution runtime = runtimes.Resolve(function.Runtime!);
        ImmutableArray<string> variables = EnvironmentVariables.For(function, identity, AddressesAt(identity.Address));
        ImmutableArray<LayerTraits> traits = [.. layers.Select(_layers.Of)];
        ImmutableArray<string>? extensions = ExtensionFiles.In(traits);

        DebugLaunch? debug = DebugOf(identity, runtime, trees[0].Directory, layers);
        ImageLease? sdk = Held(SdkOf(runtime), held);
        StackCachePlan? stackCache = StackCacheOf(function, runtime, stack, sdk, debug);
        StackCacheLease? cache = Held(stackCaches.TryLease(stackCache), held);
        RuntimeLaunch launch = LaunchOf(runtime, function, trees[0].Directory, layers, cache?.JavaArchive);
        Held(launch.Image, held);
        ImmutableArray<string> command = CommandOf(launch, debug, function);
        string? wrapper = launch.TakesWrapper ? function.Environment?.GetValueOrDefault(WrapperVariable) : null;
        bool wrapped = !string.IsNullOrEmpty(wrapper);
        DotnetStart? dotnet = DotnetStartOf(function, runtime, trees[0].Directory);
        ShellKind? shell = debug is null ? ShellFor(function, runtime, dotnet) : null;
        return new EnvironmentPlan
        {
            Held = [.. held],
            Sandbox = SandboxFor(function, identity.Id, identity.Address) with
            {
                CacheDirectory = cache?.Folder,
                OptLayers = layers,
                TaskDirectory = trees[0].Directory,
                RuntimeDirectory = launch.ShowsOurClient ? RuntimeDirectoryOf(runtime) : null,
                RootLayers = launch.RootLayers,
                HostBinds = WithSdk(launch.Binds, sdk),
            },
            Process = new ProcessSpec
            {
                Arguments = wrapped ? [wrapper!, .. command] : command,
                Environment = EnvironmentVariables.Below(
                    debug?.VariablesOf(variables) ?? variables, launch.Image?.Image.Process.Environment ?? []),
                WorkingDirectory = TaskRoot,
            },
            ExtensionVariables = EnvironmentVariables.ForExtensions(variables, extensions),
            Extensions = extensions,
            HasPathFiles = traits.Any(static layer => layer.HasPathFiles),
            RuntimeVersion = VersionText(runtime),
            IsWrapped = wrapped,
            Image = null,
            DevLayers = stack.DevLayers,
            Shell = shell,
            StackCache = stackCache,
            StartProperties = PropertiesOf(dotnet),
            Prime = LaterPrimeOf(function, shell, stack, layers),
        };
    }

    private Lazy<PrimePlan>? LaterPrimeOf(FunctionVersion function, ShellKind? shell, LayerStackContent stack, ImmutableArray<string> layers) =>
        shell is not null && AllowsPriming(function, shell) ? new Lazy<PrimePlan>(() => PrimeOf(function, shell, stack, layers)) : null;

    private static T? Held<T>(T? lease, List<IDisposable> held)
        where T : class, IDisposable
    {
        if (lease is not null)
        {
            held.Add(lease);
        }

        return lease;
    }

    private static DebugLaunch? DebugOf(EnvironmentIdentity identity, RuntimeResolution runtime, string task, ImmutableArray<string> layers) =>
        identity.WaitsForDebugger ? DebugLaunch.Find(runtime, identity.Address, task, layers, VersionText(runtime)) : null;

    private static ImmutableArray<string> CommandOf(RuntimeLaunch launch, DebugLaunch? debug, FunctionVersion function) =>
        debug?.CommandOf(launch.Command, function.Handler ?? "") ?? launch.Command;

    private static ImmutableArray<string> PropertiesOf(DotnetStart? dotnet) => dotnet?.Properties ?? [];

    /// <param name="task">The function's code, as the host sees it, as the layers.</param>
    /// <param name="archive">See <see cref="ManagedCommands.For"/>.</param>
    private RuntimeLaunch LaunchOf(
        RuntimeResolution runtime, FunctionVersion function, string task, ImmutableArray<string> layers, string? archive)
    {
        ImmutableArray<string> bootstrap = runtime.Family == "provided" && runtime.Added is null or { IsRoot: true }
            ? [FindBootstrap(task, layers, VersionText(runtime))]
            : [];
        if (runtime.Added is { } added)
        {
            return RuntimeLaunch.OfAdded(added, added.Image is { } image ? images.Lease(image) : null, runtime.Family, bootstrap);
        }

        HostBind? interpreter = null;
        ImmutableArray<string> command = bootstrap.IsEmpty ? _commands.For(runtime, function, task, archive, VersionText(runtime), out interpreter) : bootstrap;
        return RuntimeLaunch.OfMachine(command, interpreter, isCustom: !bootstrap.IsEmpty);
    }

    /// <summary>The image's own program in the image's own root; of this machine it sees device nodes.</summary>
    private EnvironmentPlan PlanImage(FunctionVersion function, FunctionImage image, EnvironmentIdentity identity, ImageLease lease)
    {
        ImageLaunch launch = ImageLaunch.Of(lease.Image.Process, image.Overrides);
        ImmutableArray<string> variables =
            EnvironmentVariables.ForImage(function, lease.Image.Process.Environment, identity, AddressesAt(identity.Address));
        ImmutableArray<string>? extensions = ExtensionFiles.In(lease);
        return new EnvironmentPlan
        {
            Held = [lease],
            Sandbox = SandboxFor(function, identity.Id, identity.Address) with { RootLayers = [.. lease.Directories] },
            Process = new ProcessSpec
            {
                Arguments = launch.Arguments,
                Environment = variables,
                WorkingDirectory = launch.WorkingDirectory,
            },
            ExtensionVariables = EnvironmentVariables.ForExtensions(variables, extensions),
            Extensions = extensions,
            RuntimeVersion = null,
            IsWrapped = false,
            Image = launch,
            DevLayers = [],
        };
    }

    /// <summary>As AWS writes it, from the interpreter that really runs: a nearest one shows.</summary>
    internal static string VersionText(RuntimeResolution runtime)
    {
        if (runtime is { Added: { IsRoot: true } added, Family: not "provided" })
        {
            string version = runtime.Id[runtime.Family.Length..].Replace(".x", "", StringComparison.Ordinal);
            return $"{runtime.Family}:{version}.{(added.Image is { } image ? $"image-{image.ToString()[..ShownDigits]}" : "folder")}";
        }

        if (runtime.Version is null)
        {
            return $"{runtime.Family}:{runtime.Id[(runtime.Id.AsSpan().IndexOf('.') + 1)..]}";
        }

        int kept = RuntimeCatalog.CountsMajors(runtime.Family) ? 1 : 2;
        string[] parts = runtime.Version.Split('.');
        string rest = string.Join('.', parts.Skip(kept));
        return $"{runtime.Family}:{string.Join('.', parts.Take(kept))}{(rest.Length > 0 ? $".v{rest}" : "")}";
    }

    /// <summary>What every function's sandbox has, whatever it shows.</summary>
    private SandboxSpec SandboxFor(FunctionVersion function, string id, IPAddress address) => new()
    {
        Id = id,
        HostName = $"lambda-{id[..8]}",
        OptLayers = [],
        TaskDirectory = null,
        RuntimeDirectory = null,
        RootLayers = [],
        HostBinds = [],
        TmpSizeBytes = (long)function.EphemeralStorageMiB << 20,
        Limits = new SandboxLimits(
            (long)function.MemorySizeMiB << 20,
            Math.Max(Limits.InitCpus, CpusFor(function)),
            Limits.ProcessesPerEnvironment,
            Limits.OpenFilesPerEnvironment),
        Network = options.Network,
        Listen = [new IPEndPoint(address, RuntimeApiPort), new IPEndPoint(address, AwsEndpointPort)],
    };

    /// <summary>The share of CPU that a function's memory buys, from its first event on.</summary>
    public static double CpusFor(FunctionVersion function) => (double)function.MemorySizeMiB / Limits.MemoryMiBPerCpu;

    private EnvironmentAddresses AddressesAt(IPAddress address) => new(
        $"{address}:{RuntimeApiPort}",
        options.SetEndpointUrl ? $"http://{address}:{AwsEndpointPort}" : null,
        address.ToString());

    /// <summary>The function's own bootstrap wins over one of a layer; whether it can be executed is found out by executing it.</summary>
    private static string FindBootstrap(string task, IEnumerable<string> layers, string runtimeVersion)
    {
        if (IsFile(Path.Combine(task, "bootstrap")))
        {
            return $"{TaskRoot}/bootstrap";
        }

        return layers.Any(layer => IsFile(Path.Combine(layer, "bootstrap")))
            ? "/opt/bootstrap"
            : throw new EntrypointException("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]", runtimeVersion);
    }

    // A link counts unseen: its target is a path inside the sandbox, not here.
    private static bool IsFile(string path) => new FileInfo(path) is { } file && (file.LinkTarget is not null || file.Exists);

    private async Task<ImmutableArray<TreeLease>> LeaseAllAsync(ImmutableArray<StoredArchive> archives, CancellationToken cancellationToken)
    {
        var trees = ImmutableArray.CreateBuilder<TreeLease>(archives.Length);
        try
        {
            foreach (StoredArchive archive in archives)
            {
                trees.Add(await LeaseAsync(archive, cancellationToken));
            }

            return trees.MoveToImmutable();
        }
        catch
        {
            Return(trees);
            throw;
        }
    }

    private static void Return(IEnumerable<IDisposable> leases)
    {
        foreach (IDisposable lease in leases)
        {
            lease.Dispose();
        }
    }

    private async ValueTask<TreeLease> LeaseAsync(StoredArchive archive, CancellationToken cancellationToken) =>
        treeStore.TryLease(archive) ?? await treeStore.LeaseAsync(archive, cancellationToken);
}
