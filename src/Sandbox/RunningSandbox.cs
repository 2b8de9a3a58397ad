using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Sockets;
using System.Numerics;
using System.Runtime.InteropServices;
using Lamina.Sandbox.Native;

namespace Lamina.Sandbox;

/// <summary>One living sandbox. Disposing kills every process in it, waits until all are gone and removes cgroups and folders.</summary>
public sealed class RunningSandbox : IAsyncDisposable
{
    private readonly Jail _jail;
    private readonly EventLoop _loop;
    private readonly MemoryWatch _watch;
    private readonly SandboxMemory _memory;
    private readonly int _cgroupVersion;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<uint, SandboxProcess> _processes = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _buffer = new byte[4096];
    private Descriptor? _pidfd;
    private Descriptor? _control;
    private ulong _controlKey;
    private ulong _pidfdKey;
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<Socket?>> _replies = new();
    private uint _lastTag;
    private bool _killed;
    private bool _frozen;

    /// <summary>The jail will not say when this sandbox is gone; its pidfd must.</summary>
    private bool _jailLost;

    /// <summary>The pidfd has said it.</summary>
    private bool _ended;

    /// <summary>Nothing can be attached any more.</summary>
    private bool _over;

    internal RunningSandbox(SandboxSpec spec, uint tag, int cgroupVersion, Jail jail, EventLoop loop, MemoryWatch watch)
    {
        Id = spec.Id;
        Tag = tag;
        _cgroupVersion = cgroupVersion;
        _jail = jail;
        _loop = loop;
        _watch = watch;
        _memory = new SandboxMemory(spec.Limits.MemoryBytes);
    }

    public string Id { get; }

    /// <summary>Listening sockets in the order of <see cref="SandboxSpec.Listen"/>; owned by the sandbox.</summary>
    public ImmutableArray<Socket> Listeners { get; private set; } = [];

    /// <summary>Completes when the sandbox is gone for whatever reason.</summary>
    public Task Gone => _gone.Task;

    /// <summary>True once it has passed its memory limit and was killed for it.</summary>
    public bool OutOfMemory => _memory.LimitPassed;

    internal uint Tag { get; }

    internal Task Ready => _ready.Task;

    internal Task Removed => _removed.Task;

    /// <summary>
    /// Gives a sandbox of <see cref="SandboxSpec.AwaitsContent"/> what it is to show, once. Processes that run in it see the content from then on, and
    /// may see a part of it before this returns: they are to wait until they are told.
    /// Throws <see cref="SandboxException"/>; such a sandbox is good for nothing but to be disposed.
    /// </summary>
    public Task AttachAsync(SandboxContent content) => AttachPartsAsync(content, ContentParts.All);

    /// <summary>The same, in a first step: /opt and the limits. /var/task stays the folder it was until <see cref="AttachTaskAsync"/>.</summary>
    public Task AttachLayersAsync(SandboxContent content) => AttachPartsAsync(content, ContentParts.Layers);

    /// <summary>The second step, once: /var/task. /opt stays as it is.</summary>
    public Task AttachTaskAsync(SandboxContent content) => AttachPartsAsync(content, ContentParts.Task);

    /// <summary>Starts a program inside. Throws <see cref="SandboxException"/> when it cannot be executed (errno ENOENT, EACCES, ENOEXEC…).</summary>
    public async Task<SandboxProcess> StartProcessAsync(ProcessSpec spec, CancellationToken cancellationToken)
    {
        var tag = Interlocked.Increment(ref _lastTag);
        var process = new SandboxProcess(this, tag, new OutputStream(_loop));
        _processes[tag] = process;
        try
        {
            Send(MessageWriter.ForStart(spec, tag), spec.Arguments[0], spec.Streams);
            if (_gone.Task.IsCompleted)
            {
                throw GoneAlready();
            }

            await process.Started.WaitAsync(cancellationToken);
            return process;
        }
        catch (OperationCanceledException)
        {
            process.Signal(LibC.SIGKILL); // it may start yet; nobody waits for it any more
            throw;
        }
        catch
        {
            _processes.TryRemove(tag, out _);
            throw;
        }
    }

    /// <summary>
    /// Changes <see cref="SandboxLimits.Cpus"/> while processes run: start-up may be given more than work.
    /// Without a cpu controller nothing limits it, before and after. Throws <see cref="SandboxException"/>.
    /// </summary>
    public void LimitCpus(double cpus)
    {
        int errno;
        lock (_gate)
        {
            errno = _memory.WriteCpuLimit(cpus);
        }

        // ENODEV: the cgroup is gone, and the sandbox with it.
        if (errno is not 0 and not LibC.ENODEV)
        {
            throw Errors.Failed("limit cpus", Id, errno);
        }
    }

    public SandboxUsage ReadUsage()
    {
        lock (_gate)
        {
            _memory.Sample();
            return new SandboxUsage(_memory.PeakBytes, _memory.CpuTime);
        }
    }

    /// <summary>
    /// <see cref="SandboxUsage.PeakMemoryBytes"/> alone, for whoever asks after each invocation: one read of a counter unless memory has
    /// grown. The kernel adds up the whole cgroup for the sums behind it.
    /// </summary>
    public long ReadPeakMemoryBytes()
    {
        lock (_gate)
        {
            _memory.SampleIfGrown();
            return _memory.PeakBytes;
        }
    }

    /// <summary>
    /// No process in the sandbox computes until <see cref="Thaw"/>: by the kernel's freezer, or by SIGSTOP where there is none.
    /// Throws <see cref="SandboxException"/>.
    /// </summary>
    public void Freeze()
    {
        lock (_gate)
        {
            if (!_killed && !_frozen)
            {
                _frozen = true;
                Hold_NeedsLock(frozen: true);
            }
        }

        // What stands still cannot grow.
        _watch.Remove(this);
    }

    public void Thaw()
    {
        lock (_gate)
        {
            if (!_frozen)
            {
                return;
            }

            _frozen = false;
            Hold_NeedsLock(frozen: false);
        }

        if (!_processes.IsEmpty)
        {
            _watch.Add(this);
        }
    }

    /// <summary>
    /// Ends every process and waits until none is left. The sandbox stays, with its /tmp and its sockets, and takes new processes.
    /// Returns as well when the sandbox itself is gone.
    /// </summary>
    public async Task EmptyAsync()
    {
        Thaw();
        _ = await AskAsync(MessageType.Empty, "empty");
        foreach (SandboxProcess process in _processes.Values)
        {
            await process.Exited;
        }
    }

    /// <summary>A TCP socket in the sandbox's network, not connected; null when the sandbox is gone.</summary>
    public Task<Socket?> OpenSocketAsync() => AskAsync(MessageType.Socket, "socket");

    /// <summary>SIGKILL to every process in the sandbox, at once.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _killed = true;
            if (_pidfd is { IsClosed: false })
            {
                // pid 1 of a pid namespace takes everything in it along. ESRCH: it is dead already.
                _ = LibC.PidfdSendSignal(LibC.SYS_pidfd_send_signal, _pidfd, LibC.SIGKILL, 0, 0);
            }

            // In v1 the frozen do not die before they are thawed; the signal is there first.
            _ = _memory.WriteFreezer(frozen: false);
            _frozen = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _removed.Task;
        lock (_gate)
        {
            _memory.Dispose();
            _pidfd?.Dispose();
        }

        foreach (var listener in Listeners)
        {
            listener.Dispose();
        }
    }

    internal void Signal(uint process, int signal)
    {
        var message = new MessageWriter(MessageType.Signal, process);
        message.Put((uint)signal);
        _ = TrySend(message, "signal");
    }

    /// <summary>One look at the memory in use; kills when it is more than allowed. Called by the watch's timer.</summary>
    internal void Inspect()
    {
        lock (_gate)
        {
            if (_gone.Task.IsCompleted || _killed)
            {
                return;
            }

            _memory.SampleIfGrown();
            AskInit_NeedsLock();
        }

        if (_memory.LimitPassed)
        {
            Kill();
        }
    }

    // ---- from the jail, on the event thread -------------------------------------------------------------------------------
    internal void OnCreated(uint present, List<Descriptor> descriptors)
    {
        if (descriptors.Count != 2 + BitOperations.PopCount(present))
        {
            // The kernel drops what finds no free number. Init ends by itself when its socket's other end is closed.
            descriptors.ForEach(static descriptor => descriptor.Dispose());
            _ready.TrySetException(Errors.Failed("receive descriptors", Id, LibC.EMFILE));
            return;
        }

        lock (_gate)
        {
            _pidfd = descriptors[0];
            _control = descriptors[1];
            _memory.Attach(new SandboxReadings(_cgroupVersion, present, descriptors.ToArray().AsSpan(2)));
            _controlKey = _loop.Add(_control, OnControl);
            _pidfdKey = _loop.Add(_pidfd, OnPidfd);
        }

        if (_killed)
        {
            Kill();
        }
    }

    internal void OnNotCreated(SandboxException reason)
    {
        _ready.TrySetException(reason);
        _gone.TrySetResult();
        _removed.TrySetResult();
    }

    internal void OnAttached(SandboxException? fault)
    {
        if (fault is null)
        {
            _attached.TrySetResult();
        }
        else
        {
            _attached.TrySetException(fault);
        }
    }

    internal void OnGone(long oomKills, TimeSpan cpuTime)
    {
        if (_control is not null)
        {
            OnControl(); // what init said before it died comes first
        }

        lock (_gate)
        {
            _over = true;
            _watch.Remove(this);
            _memory.OnGone(oomKills, cpuTime);
            CloseControl_NeedsLock();
            if (_pidfd is not null)
            {
                _loop.Remove(_pidfdKey, _pidfd);
            }
        }

        _ready.TrySetException(new SandboxException($"Sandbox {Id} ended before it was ready."));
        _attached.TrySetException(GoneAlready());
        _ = _attached.Task.Exception; // nobody may be waiting
        foreach (var process in _processes.Values)
        {
            process.OnSandboxGone(GoneAlready(), _memory.LimitPassed);
        }

        _gone.TrySetResult();
        foreach (TaskCompletionSource<Socket?> reply in _replies.Values)
        {
            reply.TrySetResult(null);
        }
    }

    internal void OnRemoved() => _removed.TrySetResult();

    /// <summary>Nobody will say when this sandbox is gone but its pidfd. Init dies with the jail; the kill makes sure.</summary>
    internal void OnJailLost(SandboxException reason)
    {
        _ready.TrySetException(reason);
        lock (_gate)
        {
            _jailLost = true;
            if (_pidfd is not null && !_gone.Task.IsCompleted && !_ended)
            {
                Kill();
                return;
            }
        }

        OnGone(0, TimeSpan.Zero);
        OnRemoved();
    }

    private void OnPidfd()
    {
        lock (_gate)
        {
            _ended = true;
            _loop.Remove(_pidfdKey, _pidfd!);
            if (!_jailLost)
            {
                return; // the jail says it, with its last readings
            }
        }

        OnGone(0, TimeSpan.Zero);
        OnRemoved();
    }

    // ---- from init, on the event thread -----------------------------------------------------------------------------------
    private void OnControl()
    {
        var descriptors = new List<Descriptor>();
        while (_control is { IsClosed: false })
        {
            var length = Packets.Receive(_control, _buffer, descriptors);
            if (length == -LibC.EAGAIN)
            {
                return;
            }

            if (length <= 0)
            {
                lock (_gate)
                {
                    CloseControl_NeedsLock();
                }

                return;
            }

            try
            {
                OnMessage(new MessageReader(_buffer.AsSpan(0, length)), descriptors);
            }
            catch (SandboxException broken)
            {
                _ready.TrySetException(broken); // an init that talks nonsense is not ours any more
                Kill();
            }

            descriptors.Clear();
        }
    }

    private void OnMessage(MessageReader message, List<Descriptor> descriptors)
    {
        if (message.Type == MessageType.Ready)
        {
            if (descriptors.Count != 1 + message.ReadUInt32())
            {
                descriptors.ForEach(static descriptor => descriptor.Dispose());
                throw Errors.Failed("receive descriptors", Id, LibC.EMFILE);
            }

            _memory.AttachTmp(descriptors[0]);
            Listeners = [.. descriptors.Skip(1).Select(static fd => new Socket(new SafeSocketHandle(fd.Release(), ownsHandle: true)))];
            _ready.TrySetResult();
        }
        else if (message.Type == MessageType.Used)
        {
            OnUsed((long)message.ReadUInt64(), TimeSpan.FromMicroseconds(message.ReadUInt64() / 1000.0), (long)message.ReadUInt64());
        }
        else if (message.Type == MessageType.Failed && !_ready.Task.IsCompleted)
        {
            _ready.TrySetException(message.ReadFailure());
        }
        else if (_replies.TryRemove(message.Tag, out TaskCompletionSource<Socket?>? reply))
        {
            OnReply(reply, message, descriptors);
        }
        else if (_processes.TryGetValue(message.Tag, out var process))
        {
            OnProcessMessage(process, message, descriptors);
        }
    }

    private static void OnReply(TaskCompletionSource<Socket?> reply, MessageReader message, List<Descriptor> descriptors)
    {
        if (message.Type == MessageType.Failed)
        {
            reply.TrySetException(message.ReadFailure());
        }
        else
        {
            reply.TrySetResult(descriptors is [var socket] ? new Socket(new SafeSocketHandle(socket.Release(), ownsHandle: true)) : null);
        }
    }

    private void OnProcessMessage(SandboxProcess process, MessageReader message, List<Descriptor> descriptors)
    {
        switch (message.Type)
        {
            case MessageType.Started when descriptors.Count == 1:
                _watch.Add(this);
                process.OnStarted(descriptors[0]);
                break;
            case MessageType.Started:
                process.OnNotStarted(Errors.Failed("receive descriptors", Id, LibC.EMFILE));
                process.Signal(LibC.SIGKILL);
                break;
            case MessageType.Failed:
                _processes.TryRemove(message.Tag, out _);
                process.OnNotStarted(message.ReadFailure());
                break;
            case MessageType.Exited:
                var status = (int)message.ReadUInt32();
                lock (_gate)
                {
                    _memory.Sample();
                    _memory.CheckOomKills();
                    AskInit_NeedsLock();
                }

                process.OnExited(status, _memory.LimitPassed);
                _processes.TryRemove(message.Tag, out _);
                if (_memory.LimitPassed)
                {
                    Kill(); // cgroup v1 kills one process only; a function that lost one is lost as a whole
                }
                else if (_processes.IsEmpty)
                {
                    _watch.Remove(this);
                }

                break;
            default:
                break;
        }
    }

    private void OnUsed(long bytes, TimeSpan cpuTime, long largestEnded)
    {
        lock (_gate)
        {
            _memory.OnAnswer(bytes, cpuTime, largestEnded);
        }

        if (_memory.LimitPassed)
        {
            Kill();
        }
    }

    /// <summary>Without a memory cgroup init adds up what its processes use; one question at a time.</summary>
    private void AskInit_NeedsLock()
    {
        if (_memory.AsksInit && _memory.TryBeginAsking())
        {
            _ = TrySend(new MessageWriter(MessageType.Usage, 0), "usage");
        }
    }

    private async Task<Socket?> AskAsync(MessageType question, string what)
    {
        uint tag = Interlocked.Increment(ref _lastTag);
        var reply = new TaskCompletionSource<Socket?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _replies[tag] = reply;
        int errno = TrySend(new MessageWriter(question, tag), what);
        if (errno == LibC.EPIPE || _gone.Task.IsCompleted)
        {
            await _gone.Task;
            reply.TrySetResult(null);
        }
        else if (errno != 0)
        {
            reply.TrySetException(Errors.Failed("send to init", what, errno));
        }

        Socket? socket = await reply.Task;
        _replies.TryRemove(tag, out _);
        return socket;
    }

    private void Hold_NeedsLock(bool frozen)
    {
        if (!_memory.HasFreezer)
        {
            var message = new MessageWriter(MessageType.Hold, 0);
            message.Put(frozen ? 1u : 0u);
            _ = TrySend(message, "hold");
        }
        else if (_memory.WriteFreezer(frozen) is var errno and not 0 and not LibC.ENODEV)
        {
            throw Errors.Failed(frozen ? "freeze" : "thaw", Id, errno);
        }
    }

    private void Send(MessageWriter message, string what, ImmutableArray<SafeHandle> descriptors)
    {
        var errno = TrySend(message, what, [.. descriptors.Select(static descriptor => (int)descriptor.DangerousGetHandle())]);
        if (errno != 0)
        {
            throw _gone.Task.IsCompleted || errno == LibC.EPIPE ? GoneAlready() : Errors.Failed("send to init", what, errno);
        }
    }

    private int TrySend(MessageWriter message, string what) => TrySend(message, what, []);

    private int TrySend(MessageWriter message, string what, ReadOnlySpan<int> descriptors)
    {
        var packet = message.ToPacket(what);
        lock (_gate)
        {
            return _control is { IsClosed: false } ? Packets.Send(_control, packet, descriptors, LibC.MSG_DONTWAIT) : LibC.EPIPE;
        }
    }

    private Task AttachPartsAsync(SandboxContent content, ContentParts parts)
    {
        TaskCompletionSource attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_over)
            {
                return Task.FromException(GoneAlready());
            }

            _attached = attached;
            _memory.Limit(content.MemoryBytes);
        }

        _jail.Attach(this, MessageWriter.ForAttach(content, parts, Tag));
        return attached.Task;
    }

    private SandboxException GoneAlready() => new($"Sandbox {Id} is gone.") { Errno = 3 };

    private void CloseControl_NeedsLock()
    {
        if (_control is { IsClosed: false })
        {
            _loop.Remove(_controlKey, _control);
            _control.Dispose();
        }
    }
}
