using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>What a large streamed response costs the server.</summary>
[Collection(typeof(Alone))]
public sealed class StreamedMemoryTests : ServerTests
{
    private const long LargestResponse = 200L * 1024 * 1024;
    private const int AllowedKiB = 48 * 1024;

    private const string Code = """
        const { pipeline } = require('stream/promises');
        exports.handler = awslambda.streamifyResponse(async (blocks, stream) => {
          const block = Buffer.alloc(65536, 'x');
          await pipeline(async function* () {
            for (let i = 0; i < blocks; i++) yield block;
          }, stream);
        });
        """;

    [Fact]
    public async Task The_largest_response_passes_in_constant_memory()
    {
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);
        _ = (await client.CreateFunctionAsync("large", Archive.Of("index.js", Code), new JsonObject { ["Runtime"] = "nodejs22.x", ["MemorySize"] = 512 })).Success;
        await client.WaitUntilActiveAsync("large");
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        _ = await ReadAsync(http, blocks: 160);
        long before = Server.ResidentKiB();

        (long bytes, long peakKiB) = await ReadAsync(http, blocks: 3200);

        Assert.True(bytes > LargestResponse, $"{bytes} bytes came.");
        Assert.True(peakKiB - before < AllowedKiB, $"{before} KiB before, {peakKiB} KiB at most.");
    }

    private async Task<(long Bytes, long PeakKiB)> ReadAsync(HttpClient http, int blocks)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(Endpoint, "/2021-11-15/functions/large/response-streaming-invocations"));
        request.Content = new StringContent($"{blocks}");
        request.Content.Headers.ContentType = new("application/octet-stream");
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[256 * 1024];
        long bytes = 0;
        long peak = 0;
        long measuredAt = 0;
        int read;
        while ((read = await body.ReadAsync(buffer)) > 0)
        {
            bytes += read;
            if (bytes - measuredAt > 4 << 20)
            {
                measuredAt = bytes;
                peak = Math.Max(peak, Server.ResidentKiB());
            }
        }

        return (bytes, peak);
    }
}
