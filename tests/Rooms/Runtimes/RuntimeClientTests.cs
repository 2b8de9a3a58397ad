using System.Globalization;
using System.Text;

namespace Lamina.Rooms.Tests.Runtimes;

/// <summary>What every runtime client does alike, whatever its language: the wire, large payloads, a long life.</summary>
public sealed class RuntimeClientTests
{
    /// <summary>Echoes; the event 0 asks for the bytes in use instead.</summary>
    private const string PythonEcho = """
        import gc, resource
        def handler(event, context):
            if event != 0:
                return event
            gc.collect()
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        """;

    private const string NodeEcho = """
        require('v8').setFlagsFromString('--expose-gc');
        const gc = require('vm').runInNewContext('gc');
        exports.handler = async (event) => {
          if (event !== 0) return event;
          // Buffers are given back by a sweep that runs beside the program: the second collection waits for it.
          gc();
          await new Promise(setImmediate);
          gc();
          const { heapUsed, arrayBuffers } = process.memoryUsage();
          return heapUsed + arrayBuffers;
        };
        """;

    public static TheoryData<string> Languages => ["python", "nodejs"];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Events_of_six_megabytes_go_through_both_ways(string language)
    {
        await using RuntimeUnderTest runtime = StartEcho(language);
        string payload = "\"" + new string('x', (6 << 20) - 2) + "\"";

        Assert.Equal(payload, await runtime.InvokeAsync(payload));
        Assert.Equal(payload, await runtime.InvokeAsync(payload));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_response_in_many_pieces_is_put_together(string language)
    {
        await using RuntimeUnderTest runtime = StartEcho(language);
        ApiRequest next = await runtime.Api.ReadNextAsync();
        byte[] answer = Encoding.UTF8.GetBytes(ScriptedRuntimeApi.Head("split") + "Content-Length: 9\r\n\r\n{\"a\":[1]}");

        await next.AnswerAsync([.. answer.Select(one => new[] { one })]);

        ApiRequest posted = await runtime.Api.ReadAsync();
        Assert.Contains("/split/response", posted.Path, StringComparison.Ordinal);
        Assert.Contains("1", posted.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_chunked_event_is_read_whole_however_it_is_cut(string language)
    {
        await using RuntimeUnderTest runtime = StartEcho(language);
        string large = new('y', 1 << 20);
        ApiRequest next = await runtime.Api.ReadNextAsync();
        string head = ScriptedRuntimeApi.Head("chunks") + "Transfer-Encoding: chunked\r\n\r\n";

        await next.AnswerAsync(
            Encoding.UTF8.GetBytes(head + "1\r\n\"\r\n10"), Encoding.UTF8.GetBytes("0000;ext=1\r\n" + large),
            Encoding.UTF8.GetBytes("\r\n1\r\n\"\r"), Encoding.UTF8.GetBytes("\n0\r\nTrailer: x\r"), "\n\r\n"u8.ToArray());

        ApiRequest posted = await runtime.Api.ReadAsync();
        Assert.Equal($"\"{large}\"", posted.Text);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_connection_closed_while_idle_is_replaced(string language)
    {
        await using RuntimeUnderTest runtime = StartEcho(language);
        ApiRequest next = await runtime.Api.ReadNextAsync();
        await next.AnswerAsync(Encoding.UTF8.GetBytes(ScriptedRuntimeApi.Head("closing") + "Connection: close\r\nContent-Length: 1\r\n\r\n1"));

        ApiRequest posted = await runtime.Api.ReadAsync();

        Assert.Equal("1", posted.Text);
        Assert.Equal(2, runtime.Api.ConnectionCount);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_thousand_invocations_use_one_connection_and_leave_nothing_open(string language)
    {
        await using RuntimeUnderTest runtime = StartEcho(language);
        await InvokeManyAsync(runtime, 100);
        int files = OpenFiles(runtime);
        long memory = await BytesInUseAsync(runtime);

        await InvokeManyAsync(runtime, 1000);

        Assert.Equal(files, OpenFiles(runtime));
        Assert.Equal(1, runtime.Api.ConnectionCount);
        // A leak of one event per invocation would be 64 MB.
        Assert.InRange(await BytesInUseAsync(runtime) - memory, long.MinValue, 4L << 20);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Without_the_Runtime_API_the_process_ends_with_a_status_that_is_not_zero(string language)
    {
        await using RuntimeUnderTest runtime = StartEcho(language);
        ApiRequest next = await runtime.Api.ReadNextAsync();

        next.Connection.Close();

        Assert.Equal(1, await runtime.ExitAsync());
        Assert.Contains("The Runtime API is gone", await runtime.StandardErrorAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_refused_response_does_not_end_the_environment(string language)
    {
        await using RuntimeUnderTest runtime = StartEcho(language);
        ApiRequest next = await runtime.Api.ReadNextAsync();
        await next.AnswerAsync(Encoding.UTF8.GetBytes(ScriptedRuntimeApi.Head("refused") + "Content-Length: 1\r\n\r\n1"));
        ApiRequest posted = await runtime.Api.ReadAsync();

        await posted.AnswerAsync("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\n\r\n"u8.ToArray());

        Assert.Equal("2", await runtime.InvokeAsync("2"));
    }

    private static RuntimeUnderTest StartEcho(string language) =>
        language == "python" ? RuntimeUnderTest.StartPython(PythonEcho) : RuntimeUnderTest.StartNode(NodeEcho);

    private static async Task InvokeManyAsync(RuntimeUnderTest runtime, int count)
    {
        string payload = "\"" + new string('x', 64 << 10) + "\"";
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(payload.Length, (await runtime.InvokeAsync(payload)).Length);
        }
    }

    private static int OpenFiles(RuntimeUnderTest runtime) =>
        Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{runtime.ProcessId}/fd")).Length;

    private static async Task<long> BytesInUseAsync(RuntimeUnderTest runtime) =>
        long.Parse(await runtime.InvokeAsync("0"), CultureInfo.InvariantCulture);
}
