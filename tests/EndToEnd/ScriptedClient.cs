using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>A client library behind one of the drivers in clients/: a process that answers line by line.</summary>
internal sealed class ScriptedClient : ILambdaClient
{
    private readonly Process _process;
    private readonly SemaphoreSlim _one = new(1);

    private ScriptedClient(string program, string script, Uri endpoint, ClientCredentials credentials)
    {
        ProcessStartInfo start = new(program, [script]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        ClientTools.PointAt(start, endpoint, credentials);
        start.Environment["NODE_NO_WARNINGS"] = "1";
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    public static ScriptedClient Boto3(Uri endpoint, ClientCredentials credentials) =>
        new(ClientTools.Python, Path.Combine(RepositoryFolders.Clients, "driver.py"), endpoint, credentials);

    /// <summary>The same with a boto3 that has InvokeWithResponseStream, which Debian 12's has not.</summary>
    public static ScriptedClient StreamingBoto3(Uri endpoint) =>
        new(ClientTools.StreamingPython(), Path.Combine(RepositoryFolders.Clients, "driver.py"), endpoint, ClientCredentials.Any);

    public static ScriptedClient JavaScript(Uri endpoint, ClientCredentials credentials) =>
        new(ClientTools.Node, Path.Combine(ClientTools.InstallJavaScript(), "driver.mjs"), endpoint, credentials);

    public Task<ClientAnswer> CallAsync(string operation, JsonObject parameters) => AskAsync("operation", operation, parameters);

    /// <summary>
    /// InvokeWithResponseStream, read to its end. As soon as the first chunk is there the client puts the object that the marker names
    /// (Bucket and Key; null: none).
    /// </summary>
    public Task<ClientAnswer> StreamAsync(JsonObject parameters, JsonObject? marker) => AskAsync(new JsonObject
    {
        ["operation"] = "InvokeWithResponseStream", ["stream"] = marker?.DeepClone(), ["parameters"] = parameters.DeepClone(),
    });

    public Task<ClientAnswer> WaitAsync(string waiter, JsonObject parameters) => AskAsync("wait", waiter, parameters);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _one.Dispose();
    }

    private Task<ClientAnswer> AskAsync(string kind, string what, JsonObject parameters) =>
        AskAsync(new JsonObject { [kind] = what, ["parameters"] = parameters.DeepClone() });

    private async Task<ClientAnswer> AskAsync(JsonObject request)
    {
        await _one.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(request.ToJsonString());
            string line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The client ended.");
            JsonObject answer = JsonNode.Parse(line)!.AsObject();
            return new ClientAnswer(answer["response"]?.AsObject(), (string?)answer["error"], (string?)answer["message"])
            {
                Status = (int)answer["status"]!,
            };
        }
        finally
        {
            _one.Release();
        }
    }
}
