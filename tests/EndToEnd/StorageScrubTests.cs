using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

public sealed class StorageScrubTests : ServerTests
{
    [Fact]
    public async Task A_layer_file_damaged_on_the_disk_is_named_with_its_function_and_the_next_environment_has_the_right_bytes()
    {
        const string Content = "content of the layer's file";
        const string Read = "result = open('/opt/who').read()";
        string layer;
        await using (ILambdaClient client = ClientTools.ConnectAny(Endpoint))
        {
            layer = await client.PublishLayerAsync("layer", Archive.Of("who", Content));
            await client.CreateProbeAsync("fn", new JsonObject { ["Layers"] = new JsonArray(layer) });
            Assert.Equal(Content, (string?)await client.RunAsync("fn", Read));
        }

        DamageFile(Content);
        JsonNode[] lines = await ScrubAsync();
        JsonNode finding = Assert.Single(lines, static line => line["damaged"] is not null);
        Assert.Equal(("file", true), ((string?)finding["damaged"], (bool)finding["repaired"]!));
        Assert.Equal(
            ["arn:aws:lambda:us-east-1:000000000000:function:fn", layer],
            finding["namedBy"]!.AsArray().Select(static name => (string)name!).Order(StringComparer.Ordinal));

        await RestartAsync(kill: false);
        await using ILambdaClient later = ClientTools.ConnectAny(Endpoint);
        Assert.Equal(Content, (string?)await later.RunAsync("fn", Read));
        Assert.DoesNotContain(await ScrubAsync(), static line => line["damaged"] is not null);
    }

    private void DamageFile(string content)
    {
        string path = Assert.Single(
            Directory.EnumerateFiles(Path.Combine(DataFolder, "files"), "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file) == content);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Write);
        stream.WriteByte((byte)'X');
    }

    private async Task<JsonNode[]> ScrubAsync()
    {
        using HttpClient http = new() { BaseAddress = Endpoint };
        using HttpResponseMessage response = await http.PostAsync(new Uri("/_lamina/storage/scrub", UriKind.Relative), content: null);
        string text = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        JsonNode[] lines = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];
        Assert.NotNull(lines[^1]["summary"]);
        return lines;
    }
}
