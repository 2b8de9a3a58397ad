using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <param name="Tail">The end of the log.</param>
internal sealed record TableAnswer(HttpStatusCode Status, string? FunctionError, byte[] Body, string Tail)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonNode? Json => JsonNode.Parse(Body);
}

/// <summary>One deployed function, invoked over plain HTTP: a thousand times, and with payloads of megabytes.</summary>
internal sealed class TableFunction(HttpClient http, string name)
{
    public string Name => name;

    public string Arn => $"arn:aws:lambda:us-east-1:000000000000:function:{name}";

    /// <summary>Over plain HTTP too: Debian's boto3 is too old to know of LoggingConfig.</summary>
    public static async Task<TableFunction> DeployAsync(HttpClient http, string name, byte[] code, JsonObject settings)
    {
        JsonObject request = settings.DeepClone().AsObject();
        request["FunctionName"] = name;
        request["Role"] = LambdaClientStories.Role;
        request["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(code) };
        using HttpRequestMessage create = Signed(HttpMethod.Post, "/2015-03-31/functions", Encoding.UTF8.GetBytes(request.ToJsonString()));
        using HttpResponseMessage created = await http.SendAsync(create);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (await StateAsync(http, name) != "Active")
        {
            // As a waiter of a client does: AWS offers nothing to be told by.
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }

        return new TableFunction(http, name);
    }

    public Task<TableAnswer> InvokeAsync(string payload, string? clientContext = null) => InvokeAsync(Encoding.UTF8.GetBytes(payload), clientContext);

    public async Task<TableAnswer> InvokeAsync(byte[] payload, string? clientContext = null)
    {
        using HttpRequestMessage request = Signed(HttpMethod.Post, $"/2015-03-31/functions/{name}/invocations", payload);
        request.Headers.Add("X-Amz-Log-Type", "Tail");
        if (clientContext is not null)
        {
            request.Headers.Add("X-Amz-Client-Context", Convert.ToBase64String(Encoding.UTF8.GetBytes(clientContext)));
        }

        using HttpResponseMessage response = await http.SendAsync(request);
        return new TableAnswer(
            response.StatusCode,
            First(response, "X-Amz-Function-Error"),
            await response.Content.ReadAsByteArrayAsync(),
            Encoding.UTF8.GetString(Convert.FromBase64String(First(response, "X-Amz-Log-Result") ?? "")));
    }

    /// <summary>Invokes, and gives what the function returned.</summary>
    public async Task<JsonNode> CallAsync(string payload, string? clientContext = null)
    {
        TableAnswer answer = await InvokeAsync(payload, clientContext);
        Assert.True(answer is { Status: HttpStatusCode.OK, FunctionError: null }, $"{answer.Status} {answer.Text}\n{answer.Tail}");
        return answer.Json!;
    }

    private static async Task<string?> StateAsync(HttpClient http, string name)
    {
        using HttpRequestMessage request = Signed(HttpMethod.Get, $"/2015-03-31/functions/{name}/configuration", null);
        using HttpResponseMessage response = await http.SendAsync(request);
        return (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["State"];
    }

    private static HttpRequestMessage Signed(HttpMethod method, string path, byte[]? body)
    {
        HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        request.Headers.TryAddWithoutValidation(
            "Authorization", "AWS4-HMAC-SHA256 Credential=test/20260102/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00");
        return request;
    }

    private static string? First(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out IEnumerable<string>? values) ? values.First() : null;
}
