using System.Collections.Immutable;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

/// <summary>Processes that are given a terminal, or streams of their own.</summary>
public sealed class StreamTests : IAsyncLifetime
{
    private readonly JailedHost _jailed = new();

    public ValueTask InitializeAsync() => _jailed.InitializeAsync();

    public ValueTask DisposeAsync() => _jailed.DisposeAsync();

    [Fact]
    public async Task A_process_reads_and_writes_the_three_streams_it_is_given()
    {
        await using RunningSandbox sandbox = await _jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        using AnonymousPipeServerStream input = new(PipeDirection.Out);
        using AnonymousPipeServerStream output = new(PipeDirection.In);
        using AnonymousPipeServerStream errors = new(PipeDirection.In);
        SandboxProcess process = await StartAsync(
            sandbox, "read line; echo got $line; echo wrong >&2; exit 7",
            [input.ClientSafePipeHandle, output.ClientSafePipeHandle, errors.ClientSafePipeHandle]);

        await input.WriteAsync("a line\n"u8.ToArray());
        Assert.Equal("got a line\n", await ReadAsync(output));
        Assert.Equal("wrong\n", await ReadAsync(errors));
        Assert.Equal(new ProcessExit(7, null, false), await process.Exited);
        Assert.True((await process.Output.ReadAsync()).Buffer.IsEmpty);
    }

    [Fact]
    public async Task A_terminal_has_a_size_and_interrupts_what_runs_before_it()
    {
        await using RunningSandbox sandbox = await _jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        using Terminal terminal = Terminal.Open(rows: 33, columns: 101);
        SandboxProcess process = await StartAsync(
            sandbox, "test -t 0 && stty size; trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 0.1; done", [terminal.Inside]);

        string shown = await ReadUntilAsync(terminal.Stream, "ready");
        Assert.Contains("33 101", shown, StringComparison.Ordinal);
        await terminal.Stream.WriteAsync(new byte[] { 3 });
        await ReadUntilAsync(terminal.Stream, "interrupted");
        Assert.Equal(new ProcessExit(5, null, false), await process.Exited);
    }

    private static async Task<SandboxProcess> StartAsync(RunningSandbox sandbox, string script, ImmutableArray<SafeHandle> streams)
    {
        SandboxProcess process = await sandbox.StartProcessAsync(Shell(script) with { Streams = streams }, CancellationToken.None);
        foreach (SafeHandle stream in streams)
        {
            stream.Dispose();
        }

        return process;
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }

    private static async Task<string> ReadUntilAsync(Stream stream, string text)
    {
        StringBuilder seen = new();
        byte[] buffer = new byte[1024];
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            seen.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer)));
        }

        return seen.ToString();
    }
}
