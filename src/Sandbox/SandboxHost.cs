#pragma warning disable CA1822, IDE0060 // outline only: the room's first commit replaces this file
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
    /// <summary>Starts the jail and removes what a killed predecessor left (cgroups, folders).</summary>
    public static Task<SandboxHost> StartAsync(SandboxHostOptions options, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Makes a sandbox: mounts, limits and sockets are in place, no program runs in it yet.</summary>
    public Task<RunningSandbox> CreateAsync(SandboxSpec spec, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
