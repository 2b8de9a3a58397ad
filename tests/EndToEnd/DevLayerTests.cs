using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>`lamina layer dev` against the server: what functions see of a folder that is worked on.</summary>
public sealed class DevLayerTests(SharedServer shared) : SharedServerTests(shared), IDisposable
{
    private const string ReadAll = "import os\nresult = {f: open('/opt/' + f).read() for f in sorted(os.listdir('/opt'))}";

    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-dev-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_edit_is_seen_by_the_next_invocation_and_a_removal_too()
    {
        await PublishAsync("one", "file");
        Write("one", "file", "first");
        await using LaminaCommand dev = LaminaCommand.Start(Server.Endpoint, "layer", "dev", Own("one"), Folder("one"));
        await dev.LineAsync("live in");
        Assert.Equal("""{"file":"first"}""", await SeenAsync());

        Write("one", "file", "second");
        Assert.Contains("file changed", await dev.LineAsync("live in"), StringComparison.Ordinal);
        Assert.Equal("""{"file":"second"}""", await SeenAsync());

        Write("one", "other", "x");
        await dev.LineAsync("live in");
        File.Delete(Path.Combine(Folder("one"), "file"));
        Assert.Contains("1 removed", await dev.LineAsync("live in"), StringComparison.Ordinal);
        Assert.Equal("""{"other":"x"}""", await SeenAsync());
    }

    [Fact]
    public async Task A_client_that_is_killed_takes_its_content_with_it()
    {
        await PublishAsync("one", "file");
        Write("one", "file", "worked on");
        LaminaCommand dev = LaminaCommand.Start(Server.Endpoint, "layer", "dev", Own("one"), Folder("one"));
        await dev.LineAsync("live in");
        Assert.Equal("""{"file":"worked on"}""", await SeenAsync());

        await dev.KillAsync();
        await WaitUntilNoSessionAsync("one");

        Assert.Equal("""{"file":"published"}""", await SeenAsync());
    }

    [Fact]
    public async Task Two_layers_at_once_and_the_lists_say_so()
    {
        await PublishAsync("one", "file");
        await AnyClient.PublishLayerAsync(Own("two"), Archive.Of("two", "published"));
        await AttachAsync($"{Own("one")}:1", $"{Own("two")}:1");
        Write("one", "one", "1");
        Write("two", "two", "2");
        await using LaminaCommand dev = LaminaCommand.Start(
            Server.Endpoint, "layer", "dev", Own("one"), Folder("one"), Own("two"), Folder("two"));
        await dev.LineAsync("live in");
        await dev.LineAsync("live in");

        Assert.Equal("""{"one":"1","two":"2"}""", await SeenAsync());
        Assert.Contains($"{Own("one")}:1 (dev), {Own("two")}:1 (dev)", await SaidAsync("function", "list"), StringComparison.Ordinal);
        Assert.Contains(Folder("two"), await SaidAsync("layer", "list"), StringComparison.Ordinal);
        Assert.Contains(Own("fn"), await SaidAsync("layer", "dev", "--list"), StringComparison.Ordinal);
        JsonArray functions = JsonNode.Parse(await SaidAsync("function", "list", "--json"))!.AsArray();
        JsonNode function = functions.Single(node => (string?)node!["FunctionName"] == Own("fn"))!;
        Assert.Equal(2, function["DevLayers"]!.AsArray().Count);
    }

    [Fact]
    public async Task Publishing_meanwhile_is_what_it_always_is()
    {
        await PublishAsync("one", "file");
        Write("one", "file", "worked on");
        await using LaminaCommand dev = LaminaCommand.Start(Server.Endpoint, "layer", "dev", Own("one"), Folder("one"));
        await dev.LineAsync("live in");
        JsonObject before = await VersionAsync(1);

        string second = await AnyClient.PublishLayerAsync(Own("one"), Archive.Of("file", "second version"));

        Assert.EndsWith($"{Own("one")}:2", second, StringComparison.Ordinal);
        Assert.Equal((string?)before["Content"]!["CodeSha256"], (string?)(await VersionAsync(1))["Content"]!["CodeSha256"]);
        JsonObject function = (await AnyClient.CallAsync("GetFunctionConfiguration", new JsonObject { ["FunctionName"] = Own("fn") })).Success;
        Assert.EndsWith($"{Own("one")}:1", (string)function["Layers"]![0]!["Arn"]!, StringComparison.Ordinal);
        Assert.Equal("""{"file":"worked on"}""", await SeenAsync());
    }

    [Fact]
    public async Task What_is_refused_leaves_the_former_content_live_and_is_explained()
    {
        await PublishAsync("one", "file");
        Write("one", "file", "good");
        await using LaminaCommand dev = LaminaCommand.Start(Server.Endpoint, "layer", "dev", Own("one"), Folder("one"));
        await dev.LineAsync("live in");

        string large = Path.Combine(Folder("one"), "large");
        await using (FileStream file = File.OpenWrite(Path.Combine(_folder, "large")))
        {
            file.SetLength(262_144_001);
        }

        File.Move(Path.Combine(_folder, "large"), large);

        Assert.Contains("Too large unzipped", await dev.LineAsync("stays as it was"), StringComparison.Ordinal);
        Assert.Equal("""{"file":"good"}""", await SeenAsync());
        File.Delete(large);
        Write("one", new string('n', 200), "x");
        await dev.LineAsync("live in");
        Assert.Contains("\"file\":\"good\"", await SeenAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_made_anew_is_followed()
    {
        await PublishAsync("one", "file");
        Write("one", "file", "first");
        await using LaminaCommand dev = LaminaCommand.Start(Server.Endpoint, "layer", "dev", Own("one"), Folder("one"));
        await dev.LineAsync("live in");

        Directory.Move(Folder("one"), Folder("former"));
        await dev.LineAsync("stays as it was");
        Write("made", "file", "anew");
        Directory.Move(Folder("made"), Folder("one"));
        await dev.LineAsync("live in");
        Write("one", "file", "and edited");
        await dev.LineAsync("live in");

        Assert.Equal("""{"file":"and edited"}""", await SeenAsync());
    }

    [Fact]
    public async Task A_second_session_of_a_layer_is_refused()
    {
        await PublishAsync("one", "file");
        Write("one", "file", "x");
        await using LaminaCommand dev = LaminaCommand.Start(Server.Endpoint, "layer", "dev", Own("one"), Folder("one"));
        await dev.LineAsync("live in");

        (int exitCode, string text) = await LaminaCommand.RunAsync(Server.Endpoint, "layer", "dev", Own("one"), Folder("one"));

        Assert.Equal(1, exitCode);
        Assert.Contains($"has a dev session already, of {Folder("one")}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publishing_unchanged_content_can_be_skipped()
    {
        Write("one", "file", "content");
        string first = await SaidAsync("layer", "publish", Folder("one"), "--name", Own("one"));
        string second = await SaidAsync("layer", "publish", Folder("one"), "--name", Own("one"), "--skip-unchanged");
        string described = await SaidAsync("layer", "publish", Folder("one"), "--name", Own("one"), "--skip-unchanged", "--description", "new");
        Write("one", "file", "changed");
        string third = await SaidAsync("layer", "publish", Folder("one"), "--name", Own("one"), "--skip-unchanged");

        Assert.EndsWith(":1", first, StringComparison.Ordinal);
        Assert.Contains($"The content equals {Own("one")}:1; nothing is published.", second, StringComparison.Ordinal);
        Assert.Contains(first, second, StringComparison.Ordinal);
        Assert.Contains("only its description would be new", described, StringComparison.Ordinal);
        Assert.EndsWith(":2", third, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_built_and_published_in_one_go_and_again_only_when_it_changed()
    {
        Write("one", "bin/tool", "#!/bin/sh\n");

        string first = await SaidAsync("layer", "build", Folder("one"), "--publish", Own("one"), "--runtime", "python3.11");
        JsonNode? again = JsonNode.Parse(Json(
            await SaidAsync("layer", "build", Folder("one"), "--publish", Own("one"), "--runtime", "python3.11", "--skip-unchanged", "--json")));

        Assert.EndsWith($"{Own("one")}:1", first, StringComparison.Ordinal);
        Assert.Equal((1, false), ((int)again!["Version"]!, (bool)again["Published"]!));
        Assert.Equal("""["python3.11"]""", again["CompatibleRuntimes"]!.ToJsonString());
    }

    private static string Json(string said) => said[said.IndexOf('{', StringComparison.Ordinal)..];

    private string Folder(string name) => Path.Combine(_folder, name);

    private void Write(string folder, string name, string text)
    {
        string path = Path.Combine(Folder(folder), name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // As editors do it: at once, so that nobody sees half of it.
        string unfinished = Path.Combine(_folder, $"unfinished-{Guid.NewGuid():N}");
        File.WriteAllText(unfinished, text);
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>A layer with one version and a function that uses it.</summary>
    private async Task PublishAsync(string layer, string file)
    {
        string arn = await AnyClient.PublishLayerAsync(Own(layer), Archive.Of(file, "published"));
        await AnyClient.CreateProbeAsync(Own("fn"), new JsonObject { ["Layers"] = new JsonArray(arn) });
    }

    private async Task AttachAsync(params string[] layers)
    {
        _ = (await AnyClient.CallAsync("UpdateFunctionConfiguration", new JsonObject
        {
            ["FunctionName"] = Own("fn"),
            ["Layers"] = new JsonArray([.. layers.Select(static layer => JsonValue.Create($"arn:aws:lambda:us-east-1:000000000000:layer:{layer}"))]),
        })).Success;
        await AnyClient.WaitUntilUpdatedAsync(Own("fn"));
    }

    private async Task<string> SeenAsync() => (await AnyClient.RunAsync(Own("fn"), ReadAll))!.ToJsonString();

    private async Task<JsonObject> VersionAsync(int number) => (await AnyClient.CallAsync(
        "GetLayerVersion", new JsonObject { ["LayerName"] = Own("one"), ["VersionNumber"] = number })).Success;

    private async Task<string> SaidAsync(params string[] arguments)
    {
        (int exitCode, string text) = await LaminaCommand.RunAsync(Server.Endpoint, arguments);
        Assert.True(exitCode == 0, text);
        return text;
    }

    private async Task WaitUntilNoSessionAsync(string layer)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while ((await SaidAsync("layer", "dev", "--list")).Contains(Own(layer), StringComparison.Ordinal))
        {
            // The server hears of the death by its connection, and tells nobody; asking again is all there is.
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }
}
