using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>`lamina deploy --watch` and `lamina up TEMPLATE`: what functions run while somebody works on them.</summary>
public sealed class WatchTests(SharedServer shared) : SharedServerTests(shared), IDisposable
{
    private const string Function = """
        import json, os, shared
        def handler(event, context):
            return {"code": CODE, "layer": shared.VALUE, "stage": os.environ["STAGE"], "files": sorted(f for f in os.listdir("/var/task") if f != "__pycache__")}
        """;

    private readonly StackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Changes_are_live_without_a_deployment_and_no_later_deployment_misses_them()
    {
        string name = Own("watched");
        WriteAll(name, stage: "one");
        await using (LaminaCommand watch = LaminaCommand.Start(Server.Endpoint, "deploy", _folder.Template, "--stack", name, "--watch"))
        {
            await watch.LineAsync("watching");
            Assert.Equal("""{"code":1,"layer":1,"stage":"one","files":["app.py"]}""", await SeenAsync(name));
            string deployed = await DigestAsync(name);

            WriteCode(2);
            Assert.Contains("Function: live in", await watch.LineAsync("app.py changed"), StringComparison.Ordinal);
            WriteLayer(2);
            Assert.Contains("Layer: live in", await watch.LineAsync("python/shared.py changed"), StringComparison.Ordinal);
            Assert.Equal("""{"code":2,"layer":2,"stage":"one","files":["app.py"]}""", await SeenAsync(name));

            _folder.Write("function/old", "x");
            await watch.LineAsync("old changed");
            _folder.Rename("function/old", "function/new");
            await watch.LineAsync("1 removed");
            Assert.Equal("""{"code":2,"layer":2,"stage":"one","files":["app.py","new"]}""", await SeenAsync(name));
            _folder.Delete("function/new");
            await watch.LineAsync("1 removed");

            // The stack itself never knew of all that.
            Assert.Equal(deployed, await DigestAsync(name));

            _folder.Write("template.yaml", Template(name, "two").Replace("Handler: app.handler", "Handler: app.handler: x", StringComparison.Ordinal));
            Assert.Matches(@"template\.yaml:\d+:\d+: ", await watch.LineAsync("template.yaml:"));
            await watch.LineAsync("for a change");
            Assert.Contains("\"code\":2", await SeenAsync(name), StringComparison.Ordinal);

            _folder.Write("template.yaml", Template(name, "two"));
            await watch.LineAsync("UPDATE_COMPLETE");
            await watch.LineAsync("watching");
            Assert.Equal("""{"code":2,"layer":2,"stage":"two","files":["app.py"]}""", await SeenAsync(name));

            WriteCode(3);
            await watch.LineAsync("app.py changed");
            Assert.Contains("\"code\":3", await SeenAsync(name), StringComparison.Ordinal);
            Assert.Equal(0, await watch.InterruptAsync());
        }

        await WaitUntilAsync(async () => (await SeenAsync(name)).Contains("\"code\":2", StringComparison.Ordinal));
        (int code, string said) = await LaminaCommand.RunAsync(Server.Endpoint, "deploy", _folder.Template, "--stack", name);
        Assert.True(code == 0, said);
        Assert.Contains("UPDATE_COMPLETE", said, StringComparison.Ordinal);
        Assert.Contains("\"code\":3", await SeenAsync(name), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_that_fails_is_told_and_comes_up_when_the_template_is_mended()
    {
        string name = Own("mended");
        WriteAll(name, stage: "one");
        _folder.Write("template.yaml", Template(name, "one").Replace("MemorySize: 256", "MemorySize: 1", StringComparison.Ordinal));
        await using LaminaCommand watch = LaminaCommand.Start(Server.Endpoint, "deploy", _folder.Template, "--stack", name, "--watch");
        await watch.LineAsync("The stack ended in ROLLBACK_COMPLETE");
        await watch.LineAsync("for a change");

        _folder.Write("template.yaml", Template(name, "one"));

        await watch.LineAsync("CREATE_COMPLETE");
        await watch.LineAsync("watching");
        Assert.Contains("\"code\":1", await SeenAsync(name), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_with_a_template_serves_deploys_watches_logs_and_ends_with_its_server()
    {
        string name = Own("up");
        WriteAll(name, stage: "one");
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["LAMINA_SERVER"] = RepositoryFolders.Server() };
        Uri endpoint;
        await using (LaminaCommand up = LaminaCommand.Start(
            Server.Endpoint, environment, "up", _folder.Template, "--stack", name, "--listen", "127.0.0.1:0", "--data", _folder.PathOf("data")))
        {
            endpoint = new Uri((await up.LineAsync("ready ")).Split(' ')[1]);
            Assert.NotEqual(Server.Endpoint.Port, endpoint.Port);
            await up.LineAsync("watching");
            Assert.Contains("\"code\":1", await StackFolder.InvokeAsync(endpoint, name), StringComparison.Ordinal);
            await up.LineAsync("Function  START RequestId");
            WriteCode(2);
            await up.LineAsync("live in");
            Assert.Contains("\"code\":2", await StackFolder.InvokeAsync(endpoint, name), StringComparison.Ordinal);

            Assert.Equal(0, await up.InterruptAsync());
        }

        using TcpClient connection = new();
        await Assert.ThrowsAsync<SocketException>(() => connection.ConnectAsync(endpoint.Host, endpoint.Port));
    }

    private static string Template(string name, string stage) => $$"""
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Function: {CodeUri: function, Runtime: python3.11, MemorySize: 256}
        Resources:
          Function:
            Type: AWS::Serverless::Function
            Properties:
              FunctionName: {{name}}
              Handler: app.handler
              Layers: [!Ref Layer]
              AutoPublishAlias: live
              Environment: {Variables: {STAGE: {{stage}} } }
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {LayerName: {{name}}, ContentUri: layer}
        """;

    private void WriteAll(string name, string stage)
    {
        WriteCode(1);
        WriteLayer(1);
        _folder.Write("template.yaml", Template(name, stage));
    }

    private void WriteCode(int number) =>
        _folder.Write("function/app.py", Function.Replace("CODE", number.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));

    private void WriteLayer(int number) => _folder.Write("layer/python/shared.py", $"VALUE = {number}\n");

    /// <summary>By the alias, which is a published version.</summary>
    private Task<string> SeenAsync(string function) => StackFolder.InvokeAsync(Server.Endpoint, $"{function}:live");

    /// <summary>As the function's configuration says it.</summary>
    private async Task<string> DigestAsync(string function)
    {
        (int code, string text) = await LaminaCommand.RunAsync(Server.Endpoint, "function", "list", "--json");
        Assert.True(code == 0, text);
        JsonNode found = JsonNode.Parse(text[text.IndexOf('[', StringComparison.Ordinal)..])!.AsArray().Single(one => (string?)one!["FunctionName"] == function)!;
        return (string)found["CodeSha256"]!;
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> isSo)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            // The server hears of the client's end by its connection, and tells nobody.
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }
}
