using System.Text.Json.Nodes;
using Lamina.Rooms.Tests.Server;

namespace Lamina.Rooms.Tests.Cli;

/// <summary>The verbs that share and carry layers, against a server.</summary>
public sealed class LayerVerbTests(ServedHouse house) : IClassFixture<ServedHouse>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-cli-").FullName;
    private readonly string _layer = $"l{Guid.NewGuid():N}";

    private string Arn => $"arn:aws:lambda:us-east-1:000000000000:layer:{_layer}:1";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sharing_is_given_shown_and_taken_back()
    {
        await PublishAsync();
        LaminaOutcome alone = await RunAsync("layer", "share", _layer);
        LaminaOutcome shared = await RunAsync("layer", "share", _layer, "--with", "111111111111,everyone", "--organization", "o-a1b2c3d4e5");
        LaminaOutcome again = await RunAsync("layer", "share", $"{_layer}:1", "--with", "everyone");
        LaminaOutcome json = await RunAsync("layer", "share", Arn, "--json");
        LaminaOutcome back = await RunAsync("layer", "unshare", $"{_layer}:1", "--with", "everyone");
        LaminaOutcome never = await RunAsync("layer", "unshare", $"{_layer}:1", "--with", "333333333333");

        Assert.Contains("shared with nobody", alone.Error, StringComparison.Ordinal);
        Assert.All(
            new[] { "account 111111111111", "everyone", "organisation o-a1b2c3d4e5" },
            who => Assert.Contains(who, shared.Output, StringComparison.Ordinal));
        Assert.Contains("already", again.Error, StringComparison.Ordinal);
        JsonNode policy = JsonNode.Parse((string)JsonNode.Parse(json.Output)!["Policy"]!)!;
        Assert.Equal(3, policy["Statement"]!.AsArray().Count);
        Assert.DoesNotContain("everyone", back.Output, StringComparison.Ordinal);
        Assert.Equal((1, true), (never.ExitCode, never.Error.Contains("is not shared with account 333333333333", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Unsharing_wants_to_know_from_whom()
    {
        LaminaOutcome outcome = await RunAsync("layer", "unshare", _layer);
        Assert.Equal((2, true), (outcome.ExitCode, outcome.Error.Contains("--with", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_exported_can_be_imported()
    {
        await PublishAsync();
        string file = Path.Combine(_folder, "layers.bundle");
        LaminaOutcome exported = await RunAsync("layer", "export", _layer, "--output", file);
        LaminaOutcome imported = await RunAsync("layer", "import", file, "--json");

        Assert.Equal(file, exported.Output.Trim());
        JsonNode version = JsonNode.Parse(imported.Output)!.AsArray().Single()!;
        Assert.Equal((Arn, false), ((string?)version["layerVersionArn"], (bool)version["isNew"]!));
        Assert.Equal([file], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task An_export_that_fails_leaves_no_file()
    {
        LaminaOutcome outcome = await RunAsync("layer", "export", _layer, "--output", Path.Combine(_folder, "layers.bundle"));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_vendors_layer_comes_from_a_folder_or_an_address()
    {
        await PublishAsync();
        string location = (string)(await house.SendAsync(HttpMethod.Get, $"/2018-10-31/layers/{_layer}/versions/1")).Json["Content"]!["Location"]!;
        LaminaOutcome folder = await RunAsync("layer", "import", $"arn:aws:lambda:us-east-1:017000801446:layer:{_layer}:3", "--from", Path.Combine(_folder, "content"));
        LaminaOutcome address = await RunAsync("layer", "import", $"arn:aws:lambda:us-east-1:017000801446:layer:{_layer}:4", "--from", location);
        Assert.Contains("imported", folder.Output, StringComparison.Ordinal);
        Assert.Contains("imported", address.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Say where its content is", "arn:aws:lambda:us-east-1:017000801446:layer:l:3")]
    [InlineData("--from goes with the ARN", "layers.bundle", "--from", "l.zip")]
    public async Task An_import_that_does_not_say_enough_ends_with_2(string fault, params string[] arguments)
    {
        LaminaOutcome outcome = await RunAsync(["layer", "import", .. arguments]);
        Assert.Equal((2, true), (outcome.ExitCode, outcome.Error.Contains(fault, StringComparison.Ordinal)));
    }

    private async Task PublishAsync()
    {
        string content = Directory.CreateDirectory(Path.Combine(_folder, "content")).FullName;
        await File.WriteAllTextAsync(Path.Combine(content, "file"), "content");
        Assert.Equal(0, (await RunAsync("layer", "publish", content, "--name", _layer)).ExitCode);
    }

    private Task<LaminaOutcome> RunAsync(params string[] arguments) => LaminaProcess.RunAsync(
        new Dictionary<string, string>(StringComparer.Ordinal) { ["LAMINA_ENDPOINT"] = house.Address.ToString() }, arguments);
}
