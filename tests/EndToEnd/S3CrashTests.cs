using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace Lamina.EndToEnd.Tests;

/// <summary>kill -9 while objects are written.</summary>
public sealed class S3CrashTests : ServerTests
{
    private const int PartBytes = 5 * 1024 * 1024;

    [Fact]
    public async Task Every_object_that_was_acknowledged_is_there_whole_after_a_kill()
    {
        ConcurrentDictionary<string, byte[]> acknowledged = [];
        TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using (HttpClient client = Connect())
        {
            await SendAsync(client, HttpMethod.Put, "/bucket");
            Task[] writers =
            [
                .. Enumerable.Range(0, 60).Select(n => PutAsync(client, $"object{n}", acknowledged, enough)),
                .. Enumerable.Range(0, 4).Select(n => PutInPartsAsync(client, $"parts{n}", acknowledged, enough)),
            ];
            await Task.WhenAny(Task.WhenAll(writers), enough.Task);
            await Server.KillAsync();
            await Task.WhenAll(writers);
        }

        await RestartAsync(kill: true);
        using HttpClient later = Connect();
        Assert.NotEmpty(acknowledged);
        foreach ((string key, byte[] content) in acknowledged)
        {
            using HttpResponseMessage read = await later.GetAsync($"/bucket/{key}");
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
            Assert.Equal(content, await read.Content.ReadAsByteArrayAsync());
        }
    }

    private HttpClient Connect()
    {
        HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Endpoint };
        client.DefaultRequestHeaders.TryAddWithoutValidation(
            "Authorization", "AWS4-HMAC-SHA256 Credential=000000000000/20261123/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00");
        return client;
    }

    private static Task PutAsync(
        HttpClient client, string key, ConcurrentDictionary<string, byte[]> acknowledged, TaskCompletionSource enough) => UntilKilledAsync(async () =>
    {
        byte[] content = RandomNumberGenerator.GetBytes(50_000);
        await SendAsync(client, HttpMethod.Put, $"/bucket/{key}", content);
        acknowledged[key] = content;
        if (acknowledged.Count >= 20)
        {
            enough.TrySetResult();
        }
    });

    private static Task PutInPartsAsync(
        HttpClient client, string key, ConcurrentDictionary<string, byte[]> acknowledged, TaskCompletionSource enough) => UntilKilledAsync(async () =>
    {
        byte[] content = RandomNumberGenerator.GetBytes(PartBytes + 10);
        XElement begun = XElement.Parse(await SendAsync(client, HttpMethod.Post, $"/bucket/{key}?uploads"));
        string upload = Uri.EscapeDataString(begun.Elements().Single(static element => element.Name.LocalName == "UploadId").Value);
        StringBuilder parts = new("<CompleteMultipartUpload>");
        foreach ((int number, byte[] part) in (ReadOnlySpan<(int, byte[])>)[(1, content[..PartBytes]), (2, content[PartBytes..])])
        {
            parts.Append(Part(number, part));
        }

        await SendAsync(client, HttpMethod.Put, $"/bucket/{key}?partNumber=1&uploadId={upload}", content[..PartBytes]);
        await SendAsync(client, HttpMethod.Put, $"/bucket/{key}?partNumber=2&uploadId={upload}", content[PartBytes..]);
        await SendAsync(
            client, HttpMethod.Post, $"/bucket/{key}?uploadId={upload}", Encoding.UTF8.GetBytes(parts.Append("</CompleteMultipartUpload>").ToString()));
        acknowledged[key] = content;
        enough.TrySetResult();
    });

    private static string Part(int number, byte[] content) =>
        $"<Part><PartNumber>{number}</PartNumber><ETag>{Convert.ToHexStringLower(MD5.HashData(content))}</ETag></Part>";

    private static async Task UntilKilledAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (HttpRequestException killed) when (killed.StatusCode is null)
        {
            // Not acknowledged: it may be there or not.
        }
    }

    private static async Task<string> SendAsync(HttpClient client, HttpMethod method, string path, byte[]? content = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = content is null ? null : new ByteArrayContent(content) };
        using HttpResponseMessage response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }
}
