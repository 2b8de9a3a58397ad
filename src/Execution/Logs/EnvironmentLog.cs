using System.Buffers;
using Lamina.Contract;
using Lamina.Execution.Telemetry;

namespace Lamina.Execution;

/// <summary>
/// The log stream of one execution environment. Lines of the function and lines of the platform meet here, in order;
/// while an invocation that wants its tail runs, the last 4 KB are kept beside.
/// </summary>
/// <param name="sink">
/// Gets every line, in order, and the message of its event in CloudWatch Logs, where the platform's lines of text have their end
/// (recorded); null when only the newest are kept.
/// </param>
internal sealed class EnvironmentLog(LogRing ring, string stream, Action<LogLine, ReadOnlyMemory<byte>>? sink = null)
{
    private readonly Lock _lock = new();
    private readonly Queue<ReadOnlyMemory<byte>> _tail = new();
    private int _tailBytes;
    private bool _keepsTail;

    public string Stream { get; } = stream;

    /// <summary>Who subscribed to what is written here; null for nobody, ever.</summary>
    public TelemetryHub? Telemetry { get; set; }

    /// <summary>In the JSON log format: what of the function's output is kept; null keeps all.</summary>
    public ApplicationLogFilter? Filter { get; init; }

    /// <summary>A line of the platform's own as an object of JSON.</summary>
    public void AppendObject(ReadOnlySpan<byte> message) => Append((ReadOnlyMemory<byte>)message.ToArray());

    /// <summary>A line of the platform's own as text.</summary>
    public void AppendText(ReadOnlySpan<byte> message)
    {
        byte[] ended = new byte[message.Length + 1];
        message.CopyTo(ended);
        ended[^1] = (byte)'\n';
        Append(ended.AsMemory(0, message.Length), ended);
    }

    /// <summary>
    /// One line of a process's output. Runtimes that write to a pipe put carriage returns between the lines of one event, and
    /// Lambda shows line feeds there (recorded).
    /// </summary>
    public void AppendOutput(OutputSource source, ReadOnlySequence<byte> line)
    {
        byte[] message = line.ToArray();
        int length = message is [.., (byte)'\r'] ? message.Length - 1 : message.Length;
        message.AsSpan(0, length).Replace((byte)'\r', (byte)'\n');
        if (source == OutputSource.Extension || Filter is null || Filter.Keeps(message.AsSpan(0, length)))
        {
            Append(message.AsMemory(0, length));
            Telemetry?.Output(source, message.AsMemory(0, length));
        }
    }

    public void BeginTail()
    {
        lock (_lock)
        {
            _keepsTail = true;
            _tail.Clear();
            _tailBytes = 0;
        }
    }

    /// <summary>The last <see cref="Limits.LogTailBytes"/> bytes since <see cref="BeginTail"/>, every line with its end.</summary>
    public ReadOnlyMemory<byte> EndTail()
    {
        lock (_lock)
        {
            byte[] all = new byte[_tailBytes];
            int position = 0;
            foreach (ReadOnlyMemory<byte> line in _tail)
            {
                line.Span.CopyTo(all.AsSpan(position));
                position += line.Length;
                all[position++] = (byte)'\n';
            }

            _keepsTail = false;
            _tail.Clear();
            return all.AsMemory(Math.Max(0, all.Length - Limits.LogTailBytes));
        }
    }

    private void Append(ReadOnlyMemory<byte> message) => Append(message, message);

    private void Append(ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> logEvent)
    {
        lock (_lock)
        {
            LogLine line = ring.Append(Stream, message);
            sink?.Invoke(line, logEvent);
            if (_keepsTail)
            {
                KeepTail_NeedsLock(message);
            }
        }
    }

    private void KeepTail_NeedsLock(ReadOnlyMemory<byte> message)
    {
        // A single line longer than the tail is cut at once, so that a flood of output costs no memory.
        ReadOnlyMemory<byte> kept = message[Math.Max(0, message.Length - Limits.LogTailBytes)..];
        _tail.Enqueue(kept);
        _tailBytes += kept.Length + 1;
        while (_tailBytes - (_tail.Peek().Length + 1) >= Limits.LogTailBytes)
        {
            _tailBytes -= _tail.Dequeue().Length + 1;
        }
    }
}
