using System.Security.Cryptography;
using Lamina.Execution.RuntimeApi;
using Lamina.Functions;
using Lamina.Sandbox;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.Shells;

/// <summary>
/// Sandboxes made before it is known whom they will serve: one for each function that may soon need an environment, and two to spare,
/// of every kind that is in use, as far as the memory budget goes. They are made one at a time while nothing else is to be done. None
/// is ever used twice or shared.
/// </summary>
internal sealed partial class ShellPool(
    SandboxHost host, SandboxConnectionSource connections, ExecutionOptions options, QuietWork quiet, TimeProvider time, ILogger<ShellPool> logger)
{
    /// <summary>How long the interpreter of a shell may take; as long as an init.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<ShellKind, ShellShelf> _shelves = [];
    private Task _discarded = Task.CompletedTask;
    private bool _stopped;

    /// <summary>Whether shells are made at all.</summary>
    public bool IsOn { get; } = options.ShellMemoryBytes > 0 && options.Network == SandboxNetwork.Isolated && host.CanAttach;

    /// <summary>Why no shells are made, as a clause; null when they are.</summary>
    public string? Obstacle => IsOn ? null
        : options.ShellMemoryBytes == 0 ? "no memory is set aside for sandboxes in advance (--shell-memory)"
        : options.Network != SandboxNetwork.Isolated ? "functions share the machine's network (--function-network)"
        : "nothing can be put into a waiting sandbox here: that takes root and a cgroup for memory (lamina doctor)";

    /// <summary>How many waiting interpreters have become functions' runtimes.</summary>
    public long InterpretersTaken { get; private set; }

    /// <summary>Some that are wanted are not there yet.</summary>
    public bool IsFilling => IsOn && NextWanted() is not null;

    public void Start()
    {
        if (IsOn)
        {
            quiet.Start(DropUnwanted, () => NextWanted() is { } shelf ? cancellationToken => MakeAsync(shelf, cancellationToken) : null);
        }
    }

    /// <summary>A shell that is the caller's from now on; null when none is ready.</summary>
    /// <param name="function">Whose environment it becomes; not expected any more.</param>
    public Shell? TryTake(ShellKind kind, FunctionVersion function)
    {
        Shell? shell;
        lock (_lock)
        {
            ShellShelf shelf = ShelfOf_NeedsLock(kind);
            shelf.Forget(ShellRules.NameOf(function));
            do
            {
                shell = shelf.Take();
            }
            while (shell is { IsAlive: false } && Discard_NeedsLock(shell));
            InterpretersTaken += shell?.Interpreter is null ? 0 : 1;
        }

        quiet.Signal();
        return shell;
    }

    /// <summary>The function may soon need an environment.</summary>
    public void Expect(ShellKind kind, FunctionVersion function)
    {
        lock (_lock)
        {
            ShelfOf_NeedsLock(kind).Expect(ShellRules.NameOf(function));
        }

        quiet.Signal();
    }

    /// <summary>The function is gone, and what was made for it goes too.</summary>
    public void Remove(FunctionVersion function)
    {
        lock (_lock)
        {
            foreach (ShellShelf shelf in _shelves.Values.Where(shelf => shelf.Forget(ShellRules.NameOf(function))))
            {
                DropSurplus_NeedsLock(shelf);
            }
        }
    }

    /// <summary>The function starts in another way from now on.</summary>
    public void Forget(FunctionVersion function)
    {
        lock (_lock)
        {
            foreach (ShellShelf shelf in _shelves.Values)
            {
                shelf.Forget(ShellRules.NameOf(function));
            }
        }
    }

    /// <summary>One that is the caller's, beside those that wait here. Throws <see cref="SandboxException"/>.</summary>
    public Task<Shell> MakeAsync(ShellKind kind, CancellationToken cancellationToken)
    {
        string id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return Shell.MakeAsync(kind, id, host, connections, StartLimit, cancellationToken);
    }

    public IReadOnlyList<ShellReport> List()
    {
        lock (_lock)
        {
            return [.. _shelves.Values.Select(static shelf => new ShellReport(shelf.Kind.ToString(), shelf.Ready, shelf.Missing, shelf.ReadyBytes))];
        }
    }

    public async Task StopAsync()
    {
        await quiet.StopAsync();
        List<Shell> left = [];
        lock (_lock)
        {
            _stopped = true;
            foreach (ShellShelf shelf in _shelves.Values)
            {
                while (shelf.Take() is { } shell)
                {
                    left.Add(shell);
                }
            }
        }

        await Task.WhenAll(left.Select(static shell => shell.DisposeAsync().AsTask()));
        await _discarded;
    }

    /// <summary>Completes when all the shells that are wanted now are ready.</summary>
    internal Task FullAsync() => quiet.DoneAsync();

    private ShellShelf ShelfOf_NeedsLock(ShellKind kind)
    {
        if (!_shelves.TryGetValue(kind, out ShellShelf? shelf))
        {
            _shelves[kind] = shelf = new ShellShelf(kind);
        }

        shelf.LastWanted = time.GetTimestamp();
        return shelf;
    }

    private async Task MakeAsync(ShellShelf shelf, CancellationToken cancellationToken)
    {
        try
        {
            Shell shell = await MakeAsync(shelf.Kind, cancellationToken);
            lock (_lock)
            {
                shelf.Add(shell);

                // Whom it was made for may have gone meanwhile.
                DropSurplus_NeedsLock(shelf);
            }
        }
        catch (SandboxException exception)
        {
            LogNotMade(logger, exception, shelf.Kind);
            lock (_lock)
            {
                shelf.BrokenUntil = quiet.AfterRecovery;
            }
        }
    }

    /// <summary>The shelf that lacks most, of those for whose next shell there is memory.</summary>
    private ShellShelf? NextWanted()
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            long left = options.ShellMemoryBytes - _shelves.Values.Sum(static shelf => shelf.ReadyBytes);
            return _shelves.Values
                .Where(shelf => shelf.Missing > 0 && shelf.BytesOfOne <= left && shelf.BrokenUntil <= now)
                .MinBy(static shelf => shelf.Ready);
        }
    }

    private void DropUnwanted()
    {
        lock (_lock)
        {
            foreach ((ShellKind kind, ShellShelf shelf) in _shelves)
            {
                if (time.GetElapsedTime(shelf.LastWanted) > QuietWork.Keep)
                {
                    _shelves.Remove(kind);
                    while (shelf.Take() is { } shell)
                    {
                        Discard_NeedsLock(shell);
                    }
                }
            }
        }
    }

    private void DropSurplus_NeedsLock(ShellShelf shelf)
    {
        while (shelf.TakeSurplus() is { } shell)
        {
            Discard_NeedsLock(shell);
        }
    }

    private bool Discard_NeedsLock(Shell shell)
    {
        _discarded = Task.WhenAll(_discarded, DiscardAsync(shell));
        return !_stopped;
    }

    private async Task DiscardAsync(Shell shell)
    {
        try
        {
            await shell.DisposeAsync();
        }
        catch (SandboxException exception)
        {
            LogNotEnded(logger, exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A sandbox in advance ({Kind}) could not be made; functions start without for a while.")]
    private static partial void LogNotMade(ILogger logger, Exception exception, ShellKind kind);

    [LoggerMessage(LogLevel.Warning, "A sandbox made in advance did not end.")]
    private static partial void LogNotEnded(ILogger logger, Exception exception);
}
