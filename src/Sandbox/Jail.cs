using System.Collections.Concurrent;
using Lamina.Sandbox.Native;

namespace Lamina.Sandbox;

/// <summary>What the jail found on this machine.</summary>
internal sealed record JailGreeting(bool Rootless, bool NestedNamespaces, bool OwnIds, int CgroupVersion, CgroupControllers Controllers, OwnedFolders Owned);

/// <summary>Same bits as enum controller in jail.h.</summary>
[Flags]
internal enum CgroupControllers
{
    None = 0,
    Memory = 1,
    Cpu = 2,
    Pids = 4,
    CpuTime = 8,
    Freezer = 16,
}

/// <summary>Where the server's files look like the function's own; same values as enum owned in jail.h.</summary>
internal enum OwnedFolders
{
    None = 0,

    /// <summary>/var/task, and /opt of a single layer.</summary>
    Single = 1,

    All = 2,
}

/// <summary>One run of the jail program, from its start to its end. When it ends, every sandbox it made ends with it.</summary>
internal sealed class Jail : IAsyncDisposable
{
    private const int MaxReply = 4096;

    private readonly EventLoop _loop;
    private readonly Descriptor _socket;
    private readonly int _pid;
    private readonly ulong _key;
    private readonly Lock _sending = new();
    private readonly byte[] _buffer = new byte[MaxReply];
    private readonly ConcurrentDictionary<uint, RunningSandbox> _sandboxes = new();
    private readonly ConcurrentDictionary<string, bool> _ids = new();
    private readonly TaskCompletionSource<JailGreeting> _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reaped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint _lastTag;

    public Jail(EventLoop loop, string jailPath, string runDirectory, string key)
    {
        _loop = loop;
        (_pid, _socket) = JailProcess.Start(jailPath, runDirectory, key);
        _key = loop.Add(_socket, OnReadable);
    }

    public int ProcessId => _pid;

    public Task<JailGreeting> Greeted => _greeted.Task;

    /// <summary>The jail is gone; new sandboxes need another one.</summary>
    public bool IsLost => _ended.Task.IsCompleted;

    /// <summary>It met a folder whose files keep their owners, against what its greeting promised.</summary>
    public bool HasPlainFolders { get; private set; }

    public uint NextTag() => Interlocked.Increment(ref _lastTag);

    /// <summary>Sends the plan; the answers go to the sandbox, which must already be complete enough to take them.</summary>
    public void Create(RunningSandbox sandbox, MessageWriter plan)
    {
        var packet = plan.ToPacket("plan of " + sandbox.Id);
        if (!_ids.TryAdd(sandbox.Id, true))
        {
            throw Errors.Failed("create", sandbox.Id, LibC.EEXIST);
        }

        _sandboxes[sandbox.Tag] = sandbox;
        if (TrySend(packet, "send plan", sandbox.Id) is { } fault)
        {
            Forget(sandbox);
            throw fault;
        }
    }

    /// <summary>Sends what a sandbox made in advance is to show; the answer goes to the sandbox.</summary>
    public void Attach(RunningSandbox sandbox, MessageWriter content)
    {
        if (TrySend(content.ToPacket("content of " + sandbox.Id), "send content", sandbox.Id) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Ends the jail, and with it every sandbox, and waits until nothing is left.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_sending)
        {
            if (!IsLost)
            {
                _ = LibC.Shutdown(_socket, LibC.SHUT_WR); // end-of-file for the jail; its last messages still arrive
            }
        }

        await _ended.Task;
        await _reaped.Task;
        await Task.WhenAll(_sandboxes.Values.Select(sandbox => sandbox.Removed));
    }

    private SandboxException? TrySend(ReadOnlySpan<byte> packet, string step, string id)
    {
        int errno;
        lock (_sending)
        {
            // Blocks for a moment when the jail is behind; it always catches up, because the event thread always takes its answers.
            errno = IsLost ? 0 : Packets.Send(_socket, packet, 0);
        }

        return IsLost ? Lost() : errno != 0 ? Errors.Failed(step, id, errno) : null;
    }

    private static SandboxException Lost() => new("The jail process ended unexpectedly; every sandbox it had made is gone.");

    private void OnReadable()
    {
        var descriptors = new List<Descriptor>();
        while (true)
        {
            var length = Packets.Receive(_socket, _buffer, descriptors);
            if (length == -LibC.EAGAIN)
            {
                return;
            }

            if (length <= 0)
            {
                OnEnd();
                return;
            }

            try
            {
                OnMessage(new MessageReader(_buffer.AsSpan(0, length)), descriptors);
            }
            catch (SandboxException)
            {
                OnEnd(); // a jail that talks nonsense is not ours any more; closing its socket ends it
                return;
            }

            descriptors.Clear();
        }
    }

    private void OnMessage(MessageReader message, List<Descriptor> descriptors)
    {
        if (message.Type == MessageType.Hello)
        {
            _greeted.TrySetResult(new JailGreeting(
                Rootless: message.ReadUInt32() != 0,
                NestedNamespaces: message.ReadUInt32() != 0,
                OwnIds: message.ReadUInt32() != 0,
                CgroupVersion: (int)message.ReadUInt32(),
                Controllers: (CgroupControllers)message.ReadUInt32(),
                Owned: (OwnedFolders)message.ReadUInt32()));
        }
        else if (message.Type == MessageType.Failed && message.Tag == 0)
        {
            _greeted.TrySetException(message.ReadFailure());
        }
        else if (_sandboxes.TryGetValue(message.Tag, out var sandbox))
        {
            Tell(sandbox, message, descriptors);
        }
        else
        {
            descriptors.ForEach(static descriptor => descriptor.Dispose());
        }
    }

    private void Tell(RunningSandbox sandbox, MessageReader message, List<Descriptor> descriptors)
    {
        switch (message.Type)
        {
            case MessageType.Created:
                _ = message.ReadUInt32(); // the init's process id: for people reading a trace
                var present = message.ReadUInt32();
                HasPlainFolders = message.ReadUInt32() != 0;
                sandbox.OnCreated(present, descriptors);
                break;
            case MessageType.Failed:
                Forget(sandbox);
                sandbox.OnNotCreated(message.ReadFailure());
                break;
            case MessageType.Attached:
                var fault = message.ReadFailure();
                sandbox.OnAttached(fault.Errno == 0 ? null : fault);
                break;
            case MessageType.Gone:
                var oomKills = message.ReadUInt64();
                sandbox.OnGone((long)oomKills, TimeSpan.FromMicroseconds(message.ReadUInt64() / 1000.0));
                break;
            case MessageType.Removed:
                Forget(sandbox);
                sandbox.OnRemoved();
                break;
            default:
                break;
        }
    }

    private void Forget(RunningSandbox sandbox)
    {
        _sandboxes.TryRemove(sandbox.Tag, out _);
        _ids.TryRemove(sandbox.Id, out _);
    }

    private void OnEnd()
    {
        _loop.Remove(_key, _socket);
        lock (_sending)
        {
            _ended.TrySetResult();
            _socket.Dispose();
        }

        Reap();
        _greeted.TrySetException(Lost());
        foreach (var sandbox in _sandboxes.Values)
        {
            sandbox.OnJailLost(Lost());
        }
    }

    /// <summary>Its socket is closed a moment before the process is gone; a pidfd tells when it can be reaped.</summary>
    private void Reap()
    {
        var pidfd = new Descriptor((int)LibC.PidfdOpen(LibC.SYS_pidfd_open, _pid, 0));
        if (pidfd.IsInvalid)
        {
            _reaped.TrySetResult();
            return;
        }

        ulong key = 0;
        key = _loop.Add(pidfd, () =>
        {
            _ = JailProcess.TryReap(_pid);
            _loop.Remove(key, pidfd);
            pidfd.Dispose();
            _reaped.TrySetResult();
        });
    }
}
