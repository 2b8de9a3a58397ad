using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Lamina.Sandbox;

public sealed record SandboxHostOptions
{
    /// <summary>The lamina-jail program.</summary>
    public required string JailPath { get; init; }

    /// <summary>A folder of our own (mode 0700) for mount points and run-time state; emptied at start.</summary>
    public required string RunDirectory { get; init; }
}

/// <summary>Starts sandboxes by way of the jail, the one small process that clones. Owns the jail's life.</summary>
public sealed class SandboxHost : IAsyncDisposable
{
    private readonly SandboxHostOptions _options;
    private readonly EventLoop _loop = new();
    private readonly MemoryWatch _watch = new();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private Jail? _jail;
    private JailGreeting _greeting = null!;
    private bool _disposed;

    private SandboxHost(SandboxHostOptions options) => _options = options;

    /// <summary>What sandboxes on this machine lack, each with what it means; empty when nothing.</summary>
    public ImmutableArray<string> Degradations =>
        _jail is null ? [] : SandboxRules.Degradations(_greeting with { Owned = _jail.HasPlainFolders ? OwnedFolders.None : _greeting.Owned });

    /// <summary>
    /// Sandboxes can be made before their content is known: the jail may enter them again, which an ordinary user's may not, and a cgroup
    /// holds each to a memory limit that is set later.
    /// </summary>
    public bool CanAttach => !_greeting.Rootless && _greeting.Controllers.HasFlag(CgroupControllers.Memory);

    internal JailGreeting Greeting => _greeting;

    /// <summary>The jail's process id, for diagnostics.</summary>
    internal int JailProcessId => _jail!.ProcessId;

    /// <summary>Starts the jail and removes what a killed predecessor left (cgroups, folders).</summary>
    public static async Task<SandboxHost> StartAsync(SandboxHostOptions options, CancellationToken cancellationToken)
    {
        if (!File.Exists(options.JailPath))
        {
            throw new SandboxException($"The jail program is not at {options.JailPath}; build src/Sandbox (it needs gcc: apt-get install gcc libc6-dev).");
        }

        Directory.CreateDirectory(options.RunDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetUnixFileMode(options.RunDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var host = new SandboxHost(options with { RunDirectory = Path.GetFullPath(options.RunDirectory) });
        try
        {
            await host.GetJailAsync(cancellationToken); // holds the folder's lock from here on
            EmptyRunDirectory(host._options.RunDirectory);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Makes a sandbox: mounts, limits and sockets are in place, no program runs in it yet. If the jail has died since the
    /// last call, another one is started first; if that fails, so does this call.
    /// </summary>
    public async Task<RunningSandbox> CreateAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        SandboxRules.Check(spec);
        var jail = await GetJailAsync(cancellationToken);
        var tag = jail.NextTag();
        var sandbox = new RunningSandbox(spec, tag, _greeting.CgroupVersion, jail, _loop, _watch);
        jail.Create(sandbox, MessageWriter.ForCreate(spec, tag));
        try
        {
            await sandbox.Ready.WaitAsync(cancellationToken);
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_jail is not null)
        {
            await _jail.DisposeAsync();
        }

        _watch.Dispose();
        _loop.Dispose();
        _starting.Dispose();
    }

    private async ValueTask<Jail> GetJailAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var jail = Volatile.Read(ref _jail);
        return jail is { IsLost: false } ? jail : await StartJailAsync(cancellationToken);
    }

    private async Task<Jail> StartJailAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_jail is { IsLost: false })
            {
                return _jail;
            }

            var jail = new Jail(_loop, _options.JailPath, _options.RunDirectory, KeyOf(_options.RunDirectory));
            try
            {
                _greeting = await jail.Greeted.WaitAsync(cancellationToken);
            }
            catch
            {
                await jail.DisposeAsync();
                throw;
            }

            Volatile.Write(ref _jail, jail);
            return jail;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Removes what does not belong to the jail that has just started there.</summary>
    private static void EmptyRunDirectory(string runDirectory)
    {
        foreach (var entry in new DirectoryInfo(runDirectory).EnumerateFileSystemInfos())
        {
            if (entry.Name is "lock" or "cgroups" or "root" or "empty")
            {
                continue;
            }

            if (entry is DirectoryInfo { LinkTarget: null } folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    /// <summary>Names this server's cgroups and picks its range of user ids: the same at every start with the same folder.</summary>
    private static string KeyOf(string runDirectory) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runDirectory)))[..12];
}
