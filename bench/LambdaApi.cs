using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lamina.Bench;

/// <summary>The few operations of Lambda's API that the measurements need, as any client would call them.</summary>
internal sealed class LambdaApi(HttpClient http)
{
    /// <summary>Only the scope is read where no keys are configured: it names account, region and service.</summary>
    public static void Sign(HttpClient http) => http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
        "AWS4-HMAC-SHA256",
        $"Credential=000000000000/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature={new string('0', 64)}");

    public async Task<string> PublishLayerAsync(string name, byte[] archive)
    {
        JsonNode answer = await SendAsync(
            HttpMethod.Post,
            $"/2018-10-31/layers/{name}/versions",
            new JsonObject { ["Content"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(archive) } });
        return (string)answer["LayerVersionArn"]!;
    }

    /// <summary>A request to publish, made before the clock runs: encoding it is the client's work. By hand, because the serializer escapes every plus sign.</summary>
    public static byte[] PublishRequest(byte[] archive) =>
        Encoding.ASCII.GetBytes($"{{\"Content\":{{\"ZipFile\":\"{Convert.ToBase64String(archive)}\"}}}}");

    public async Task PublishAsync(string name, byte[] request)
    {
        using ByteArrayContent content = new(request);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await http.PostAsync(new Uri($"/2018-10-31/layers/{name}/versions", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>What the data folder takes on the disk after a collection, in MB.</summary>
    public async Task<double> StoredMegabytesAsync()
    {
        await SendAsync(HttpMethod.Post, "/_lamina/storage/collect", body: null);
        JsonNode storage = await SendAsync(HttpMethod.Get, "/_lamina/storage", body: null);
        return (double)storage["physical"]!["totalBytes"]! / 1_000_000;
    }

    public async Task DeleteFunctionAsync(string name)
    {
        using HttpResponseMessage response = await http.DeleteAsync(new Uri($"/2015-03-31/functions/{name}", UriKind.Relative));
        response.EnsureSuccessStatusCode();
    }

    /// <returns>The marker of the next page; null behind the last.</returns>
    public async Task<string?> ListFunctionsAsync(string? marker) => (string?)(await SendAsync(
        HttpMethod.Get, $"/2015-03-31/functions?MaxItems=50{(marker is null ? "" : $"&Marker={Uri.EscapeDataString(marker)}")}", body: null))["NextMarker"];

    public Task InspectLayerAsync(string name, int version) =>
        SendAsync(HttpMethod.Get, $"/_lamina/layers/{name}/versions/{version}/inspection", body: null);

    public Task CreateFunctionAsync(string name, Workload workload, IEnumerable<string> layers) => CreateFunctionAsync(name, workload, layers, variables: []);

    public Task CreateFunctionAsync(string name, Workload workload, IEnumerable<string> layers, JsonObject variables) =>
        CreateFunctionAsync(name, workload.Code, workload.Runtime, workload.Handler, layers, variables);

    public Task CreateFunctionAsync(string name, byte[] code, string runtime, string handler, IEnumerable<string> layers) =>
        CreateFunctionAsync(name, code, runtime, handler, layers, variables: []);

    private async Task CreateFunctionAsync(string name, byte[] code, string runtime, string handler, IEnumerable<string> layers, JsonObject variables)
    {
        await SendAsync(HttpMethod.Post, "/2015-03-31/functions", new JsonObject
        {
            ["FunctionName"] = name,
            ["Runtime"] = runtime,
            ["Handler"] = handler,
            ["Role"] = "arn:aws:iam::000000000000:role/bench",
            ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(code) },
            ["Layers"] = new JsonArray([.. layers.Select(static arn => (JsonNode)arn)]),
            ["MemorySize"] = 1769, // one whole CPU: the platform is measured, not the share that less memory buys
            ["Timeout"] = 30,
            ["Environment"] = new JsonObject { ["Variables"] = variables },
        });
        await WaitUntilReadyAsync(name);
    }

    /// <summary>Other code, so that no environment that exists may serve the next invocation; the rest stays as it is.</summary>
    public async Task UpdateCodeAsync(string name, byte[] code)
    {
        await SendAsync(HttpMethod.Put, $"/2015-03-31/functions/{name}/code", new JsonObject { ["ZipFile"] = Convert.ToBase64String(code) });
        await WaitUntilReadyAsync(name);
    }

    /// <summary>Changes a variable, so that no environment that exists may serve the next invocation.</summary>
    public async Task MakeColdAsync(string name, int generation)
    {
        await SendAsync(HttpMethod.Put, $"/2015-03-31/functions/{name}/configuration", new JsonObject
        {
            ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["GENERATION"] = $"{generation}" } },
        });
        await WaitUntilReadyAsync(name);
    }

    /// <summary>Waits until the server has made what it makes in advance: a cold start in a quiet moment is what is measured.</summary>
    public async Task WaitForShellsAsync()
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        long start = TimeProvider.System.GetTimestamp();
        while (await pause.WaitForNextTickAsync() && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20))
        {
            JsonNode shells = await SendAsync(HttpMethod.Get, "/_lamina/shells", body: null);
            if (shells["kinds"]!.AsArray().All(static kind => (int)kind!["missing"]! == 0)
                && shells["primed"]!.AsArray().All(static primed => !(bool)primed!["missing"]!)
                && shells["stackCaches"]!.AsArray().All(static cache => !(bool)cache!["missing"]!))
            {
                return;
            }
        }
    }

    /// <param name="folder">The prefix of an interpreter.</param>
    public Task AddRuntimeAsync(string id, string folder) =>
        SendAsync(HttpMethod.Put, $"/_lamina/runtimes/{id}", new JsonObject { ["folder"] = folder });

    public async Task UseLayersAsync(string name, IEnumerable<string> layers)
    {
        await SendAsync(HttpMethod.Put, $"/2015-03-31/functions/{name}/configuration", new JsonObject
        {
            ["Layers"] = new JsonArray([.. layers.Select(static arn => (JsonNode)arn)]),
        });
        await WaitUntilReadyAsync(name);
    }

    public Task InvokeAsync(string name) => InvokeForAnswerAsync(name);

    public async Task<string> InvokeForAnswerAsync(string name)
    {
        using StringContent content = new(Workload.Event, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.PostAsync(new Uri($"/2015-03-31/functions/{name}/invocations", UriKind.Relative), content);
        string answer = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode || response.Headers.Contains("X-Amz-Function-Error"))
        {
            throw new InvalidOperationException($"invoking {name} was answered with {(int)response.StatusCode}: {answer}");
        }

        return answer;
    }

    private async Task WaitUntilReadyAsync(string name)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (await pause.WaitForNextTickAsync())
        {
            JsonNode state = await SendAsync(HttpMethod.Get, $"/2015-03-31/functions/{name}/configuration", body: null);
            if ((string?)state["State"] == "Failed" || (string?)state["LastUpdateStatus"] == "Failed")
            {
                throw new InvalidOperationException($"{name}: {state["StateReason"]} {state["LastUpdateStatusReason"]}");
            }

            if ((string?)state["State"] == "Active" && (string?)state["LastUpdateStatus"] == "Successful")
            {
                return;
            }
        }
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonObject? body)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        using HttpResponseMessage response = await http.SendAsync(request);
        string answer = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(answer)!
            : throw new InvalidOperationException($"{method} {path} was answered with {(int)response.StatusCode}: {answer}");
    }
}
