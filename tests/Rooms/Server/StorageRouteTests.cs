using System.Net;
using System.Text.Json.Nodes;
using Lamina.Rooms.Tests.Cli;

namespace Lamina.Rooms.Tests.Server;

/// <summary>What is stored and whether it is whole, over HTTP and by the command line.</summary>
public sealed class StorageRouteTests : IAsyncLifetime
{
    private readonly ServedHouse _house = new();

    public ValueTask InitializeAsync() => _house.InitializeAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task What_is_stored_is_told_by_kind_and_by_layer()
    {
        byte[] zip = ServedHouse.Zip(("a", new string('x', 9_000)), ("b", "1"));
        await PublishAsync("layer", zip);
        await PublishAsync("layer", zip);

        JsonObject storage = (await _house.SendAsync(HttpMethod.Get, "/_lamina/storage")).Json;

        JsonNode layer = Assert.Single(storage["layers"]!.AsArray())!;
        Assert.Equal("arn:aws:lambda:us-east-1:000000000000:layer:layer", (string?)layer["layer"]);
        Assert.Equal((2, 2L * zip.Length), ((int)layer["versions"]!, (long)layer["logicalBytes"]!));
        Assert.Equal(new FileInfo(ArchivePath()).Length, (long)layer["ownBytes"]!, tolerance: 4096L);
        JsonObject physical = storage["physical"]!.AsObject();
        Assert.All(["archiveBytes", "blobBytes", "treeBytes", "manifestBytes", "catalogBytes"], kind => Assert.True((long)physical[kind]! > 0, kind));
        long all = physical.Where(static kind => kind.Key != "totalBytes").Sum(static kind => (long)kind.Value!);
        Assert.Equal(all, (long)physical["totalBytes"]!);
    }

    [Fact]
    public async Task A_scrub_answers_line_by_line_and_ends_with_a_summary()
    {
        await PublishAsync("layer", ServedHouse.Zip(("a", "1")));
        Damage(ArchivePath());

        Reply reply = await _house.SendAsync(HttpMethod.Post, "/_lamina/storage/scrub");

        Assert.Equal((HttpStatusCode.OK, "application/x-ndjson"), (reply.Status, reply.ContentType));
        JsonNode[] lines = [.. reply.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];
        Assert.Equal(1, (int)lines[^1]["summary"]!["damaged"]!);
        Assert.Equal((long)lines[^2]["totalBytes"]!, (long)lines[^2]["verifiedBytes"]!);
        JsonNode finding = Assert.Single(lines, static line => line["damaged"] is not null);
        Assert.Equal(("archive", false), ((string?)finding["damaged"], (bool)finding["repaired"]!));
        Assert.Equal("arn:aws:lambda:us-east-1:000000000000:layer:layer:1", (string?)finding["namedBy"]![0]);
    }

    [Fact]
    public async Task A_scrub_is_not_got_but_posted()
    {
        Reply reply = await _house.SendAsync(HttpMethod.Get, "/_lamina/storage/scrub");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, reply.Status);
    }

    [Fact]
    public async Task The_command_line_names_damage_fails_for_it_and_is_content_when_the_same_zip_came_again()
    {
        byte[] zip = ServedHouse.Zip(("a", "1"));
        await PublishAsync("layer", zip);
        LaminaOutcome whole = await RunAsync("storage", "scrub");
        Damage(ArchivePath());
        LaminaOutcome damaged = await RunAsync("storage", "scrub");
        LaminaOutcome json = await RunAsync("storage", "scrub", "--json");
        await PublishAsync("layer", zip);
        LaminaOutcome healed = await RunAsync("storage", "scrub");

        Assert.Equal((0, 1, 1, 0), (whole.ExitCode, damaged.ExitCode, json.ExitCode, healed.ExitCode));
        Assert.Contains("damaged: 0, repaired: 0", whole.Output, StringComparison.Ordinal);
        Assert.Contains("arn:aws:lambda:us-east-1:000000000000:layer:layer:1", damaged.Output, StringComparison.Ordinal);
        Assert.Contains("publish or import the same zip again", damaged.Output, StringComparison.Ordinal);
        Assert.Equal("archive", (string?)JsonNode.Parse(json.Output)!["findings"]![0]!["damaged"]);
    }

    [Fact]
    public async Task The_command_line_shows_layers_kinds_and_what_a_collection_frees()
    {
        await PublishAsync("shown", ServedHouse.Zip(("a", "1")));

        LaminaOutcome outcome = await RunAsync("storage");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("arn:aws:lambda:us-east-1:000000000000:layer:shown", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("COLLECTION FREES", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("catalog", outcome.Output, StringComparison.Ordinal);
    }

    private static void Damage(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        int value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }

    private string ArchivePath() => Assert.Single(Directory.GetFiles(Path.Combine(_house.DataFolder, "archives"), "*.zip"));

    private async Task PublishAsync(string layer, byte[] zip)
    {
        Reply reply = await _house.SendJsonAsync(HttpMethod.Post, $"/2018-10-31/layers/{layer}/versions", new JsonObject
        {
            ["Content"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(zip) },
        });
        Assert.Equal(HttpStatusCode.Created, reply.Status);
    }

    private Task<LaminaOutcome> RunAsync(params string[] arguments) =>
        LaminaProcess.RunAsync([.. arguments, "--endpoint", _house.Address.ToString()]);
}
