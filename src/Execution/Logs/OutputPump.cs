using System.Buffers;
using System.IO.Pipelines;
using Lamina.Sandbox;

namespace Lamina.Execution;

/// <summary>Whose output it is.</summary>
internal enum OutputSource
{
    Function,
    Extension,
}

/// <summary>Reads what a process writes and appends it to the environment's log, line by line.</summary>
internal sealed class OutputPump(SandboxProcess process, OutputSource source, EnvironmentLog log)
{
    // A CloudWatch log event holds 256 KB less 26 bytes; longer lines are split there. The output pipe must be able to hold as much.
    private const int MaxLineBytes = (256 * 1024) - 26;

    private readonly SemaphoreSlim _drained = new(0);
    private volatile bool _drainRequested;

    /// <summary>Bytes of the output that are in the log.</summary>
    private long _logged;

    /// <summary>Completes when every writer has closed the output.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start() => Completion = Task.Run(PumpAsync);

    /// <summary>Returns when all that the process had written before the call is in the log, an unfinished line included.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        long written = await process.FlushOutputAsync(cancellationToken);
        if (Completion.IsCompleted || Volatile.Read(ref _logged) >= written)
        {
            // Mostly nothing was written since the last time: nobody needs to be woken for that.
            return;
        }

        _drainRequested = true;
        process.Output.CancelPendingRead();
        Task drained = _drained.WaitAsync(cancellationToken);
        await Task.WhenAny(drained, Completion);
    }

    private async Task PumpAsync()
    {
        PipeReader output = process.Output;
        bool completed = false;
        while (!completed)
        {
            ReadResult read = await output.ReadAsync(CancellationToken.None);
            completed = read.IsCompleted;
            bool drain = _drainRequested && read.IsCanceled;
            SequencePosition consumed = AppendLines(read.Buffer, flush: completed || drain);
            Volatile.Write(ref _logged, _logged + read.Buffer.Slice(0, consumed).Length);
            output.AdvanceTo(consumed, read.Buffer.End);
            if (drain)
            {
                _drainRequested = false;
                _drained.Release();
            }
        }

        await output.CompleteAsync();
    }

    private SequencePosition AppendLines(ReadOnlySequence<byte> buffer, bool flush)
    {
        var reader = new SequenceReader<byte>(buffer);
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            AppendSplit(line);
        }

        if (reader.Remaining > 0 && (flush || reader.Remaining >= MaxLineBytes))
        {
            AppendSplit(reader.UnreadSequence);
            return buffer.End;
        }

        return reader.Position;
    }

    private void AppendSplit(ReadOnlySequence<byte> line)
    {
        while (line.Length > MaxLineBytes)
        {
            log.AppendOutput(source, line.Slice(0, MaxLineBytes));
            line = line.Slice(MaxLineBytes);
        }

        log.AppendOutput(source, line);
    }
}
