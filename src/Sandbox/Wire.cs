using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Lamina.Sandbox.Native;

namespace Lamina.Sandbox;

/// <summary>What the jail and a sandbox's init are told and tell; the same numbers stand in jail/jail.h.</summary>
internal enum MessageType : uint
{
    Create = 1,
    Hello = 2,
    Created = 3,
    Failed = 4,
    Gone = 5,
    Removed = 6,
    Attach = 7,
    Attached = 8,
    Start = 16,
    Signal = 17,
    Usage = 18,
    Empty = 19,
    Hold = 20,
    Socket = 21,
    Ready = 32,
    Started = 33,
    Exited = 34,
    Used = 35,
    Emptied = 36,
    Opened = 37,
}

/// <summary>Same bits as enum part in jail.h.</summary>
[Flags]
internal enum ContentParts : uint
{
    Layers = 1,
    Task = 2,
    All = 3,
}

/// <summary>Lays a request out as flat data: numbers little-endian, texts as length, UTF-8 bytes, NUL.</summary>
internal sealed class MessageWriter
{
    /// <summary>MAX_MESSAGE in jail.h.</summary>
    public const int MaxMessage = 192 * 1024;

    private const int E2BIG = 7;
    private const int EINVAL = 22;
    private const int ENAMETOOLONG = 36;
    private const int MaxPath = 4096;

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    public MessageWriter(MessageType type, uint tag)
    {
        Put((uint)type);
        Put(tag);
    }

    public static MessageWriter ForCreate(SandboxSpec spec, uint tag)
    {
        var message = new MessageWriter(MessageType.Create, tag);
        message.PutText(spec.Id);
        message.PutText(spec.HostName);
        message.Put((ulong)spec.Limits.MemoryBytes);
        message.Put((ulong)spec.TmpSizeBytes);
        message.Put(CpuQuota.Microseconds(spec.Limits.Cpus));
        message.Put(CpuQuota.PeriodMicroseconds);
        message.Put((uint)spec.Limits.Processes);
        message.Put((uint)spec.Limits.OpenFiles);
        message.Put(spec.Network == SandboxNetwork.Host ? 1u : 0u);
        message.Put(spec.AwaitsContent ? 1u : 0u);
        message.PutPaths(WithoutCoveredTwins(spec.OptLayers));
        message.PutPath(spec.TaskDirectory ?? "");
        message.PutPath(spec.CacheDirectory ?? "");
        message.PutPath(spec.RuntimeDirectory ?? "");
        message.PutPaths(WithoutCoveredTwins(spec.RootLayers));
        message.Put((uint)spec.HostBinds.Length);
        foreach (var bind in spec.HostBinds)
        {
            message.PutPath(bind.HostPath);
            message.PutPath(bind.SandboxPath);
        }

        message.Put((uint)spec.Listen.Length);
        foreach (var address in spec.Listen)
        {
            message.PutAddress(address);
        }

        return message;
    }

    /// <summary>
    /// Layers of equal content share one tree, and overlayfs refuses the same folder twice (ELOOP). Only the upper one of
    /// two shows, its whiteouts too, so the lower one is left out.
    /// </summary>
    private static List<string> WithoutCoveredTwins(ImmutableArray<string> layers) =>
        [.. layers.Where((layer, i) => !layers.AsSpan()[(i + 1)..].Contains(layer))];

    public static MessageWriter ForAttach(SandboxContent content, ContentParts parts, uint tag)
    {
        var message = new MessageWriter(MessageType.Attach, tag);
        message.Put((uint)parts);
        message.Put((ulong)content.MemoryBytes);
        message.Put((ulong)content.TmpSizeBytes);
        message.PutPaths(parts.HasFlag(ContentParts.Layers) ? WithoutCoveredTwins(content.OptLayers) : []);
        message.PutPath(parts.HasFlag(ContentParts.Task) ? content.TaskDirectory ?? "" : "");
        message.PutPath(parts.HasFlag(ContentParts.Layers) ? content.CacheDirectory ?? "" : "");
        return message;
    }

    public static MessageWriter ForStart(ProcessSpec spec, uint tag)
    {
        var message = new MessageWriter(MessageType.Start, tag);
        message.PutText(spec.WorkingDirectory);
        message.PutTexts(spec.Arguments);
        message.PutTexts(spec.Environment);
        return message;
    }

    public void Put(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(sizeof(uint)), value);
        _bytes.Advance(sizeof(uint));
    }

    private void Put(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(sizeof(ulong)), value);
        _bytes.Advance(sizeof(ulong));
    }

    private void PutText(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw Errors.Failed("encode: NUL in", text.Replace('\0', '?'), EINVAL);
        }

        var length = Encoding.UTF8.GetByteCount(text);
        Put((uint)length);
        var span = _bytes.GetSpan(length + 1);
        Encoding.UTF8.GetBytes(text, span);
        span[length] = 0;
        _bytes.Advance(length + 1);
    }

    private void PutPath(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) >= MaxPath)
        {
            throw Errors.Failed("encode", path[..64] + "…", ENAMETOOLONG);
        }

        PutText(path);
    }

    private void PutPaths(IReadOnlyCollection<string> paths)
    {
        Put((uint)paths.Count);
        foreach (var path in paths)
        {
            PutPath(path);
        }
    }

    private void PutTexts(IReadOnlyCollection<string> texts)
    {
        Put((uint)texts.Count);
        foreach (var text in texts)
        {
            PutText(text);
        }
    }

    private void PutAddress(IPEndPoint address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        _ = address.Address.TryWriteBytes(bytes, out _);
        Put(address.AddressFamily == AddressFamily.InterNetwork ? 2u : 10u);
        Put((uint)address.Port);
        _bytes.Write(bytes);
    }

    /// <summary>The whole message, or E2BIG: what is longer does not fit into one packet.</summary>
    public ReadOnlySpan<byte> ToPacket(string what) =>
        _bytes.WrittenCount <= MaxMessage ? _bytes.WrittenSpan : throw Errors.Failed("encode", what, E2BIG);
}

/// <summary>Reads a reply. Nothing in it is believed: a short one throws.</summary>
internal ref struct MessageReader
{
    private ReadOnlySpan<byte> _rest;

    public MessageReader(ReadOnlySpan<byte> message)
    {
        _rest = message;
        Type = (MessageType)ReadUInt32();
        Tag = ReadUInt32();
    }

    public MessageType Type { get; }

    public uint Tag { get; }

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public SandboxException ReadFailure()
    {
        var errno = (int)ReadUInt32();
        var step = ReadText();
        return Errors.Failed(step, ReadText(), errno);
    }

    private string ReadText() => Encoding.UTF8.GetString(Take((int)Math.Min(ReadUInt32(), int.MaxValue)));

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw new SandboxException("The jail's message is cut short.");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
