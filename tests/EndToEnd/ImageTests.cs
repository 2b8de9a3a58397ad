using System.Text.Json.Nodes;
using Lamina.Rooms.Tests.Images;

namespace Lamina.EndToEnd.Tests;

/// <summary>A function of package type Image, from the file to the answer: the command line, an official client, and a crash in between.</summary>
public sealed class ImageTests : ServerTests
{
    private const string Repository = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders";

    [Fact]
    public async Task An_image_is_imported_run_and_replaced_and_outlives_a_crash()
    {
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);
        TestImage first = await ImportAsync("first", "orders:1");
        JsonObject created = (await client.CallAsync("CreateFunction", new JsonObject
        {
            ["FunctionName"] = "fn",
            ["PackageType"] = "Image",
            ["Role"] = LambdaClientStories.Role,
            ["Code"] = new JsonObject { ["ImageUri"] = $"{Repository}:1" },
            ["ImageConfig"] = new JsonObject { ["Command"] = new JsonArray("handler") },
            ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["STAGE"] = "test" } },
        })).Success;
        Assert.Equal(("Image", first.Digest["sha256:".Length..]), ((string?)created["PackageType"], (string?)created["CodeSha256"]));
        await client.WaitUntilActiveAsync("fn");
        JsonNode seen = await RunAsync(client);
        Assert.Equal(("first", "bootstrap handler"), ((string?)seen["greeting"], string.Join(' ', seen["args"]!.AsArray())));
        Assert.Contains("STAGE=test", seen["env"]!.AsArray().Select(static variable => (string?)variable));

        await RestartAsync(kill: true);
        await using ILambdaClient again = ClientTools.ConnectAny(Endpoint);
        Assert.Equal("first", (string?)(await RunAsync(again))["greeting"]);
        TestImage second = await ImportAsync("second", "orders:2");
        _ = (await again.CallAsync("UpdateFunctionCode", new JsonObject { ["FunctionName"] = "fn", ["ImageUri"] = $"{Repository}:2" })).Success;
        await again.WaitUntilUpdatedAsync("fn");
        Assert.Equal("second", (string?)(await RunAsync(again))["greeting"]);
        JsonObject code = (await again.CallAsync("GetFunction", new JsonObject { ["FunctionName"] = "fn" })).Success["Code"]!.AsObject();
        Assert.Equal(("ECR", $"{Repository}@{second.Digest}"), ((string?)code["RepositoryType"], (string?)code["ResolvedImageUri"]));
    }

    private async Task<TestImage> ImportAsync(string greeting, string name)
    {
        TestImage image = new TestImage
        {
            Config = new JsonObject { ["Entrypoint"] = new JsonArray("bootstrap"), ["Env"] = new JsonArray("PATH=/bin") },
        }.Layer(new TarBuilder().File("bin/bootstrap", ImageProgram.Bytes)).Layer(new TarBuilder().File("greeting", greeting));
        string folder = Directory.CreateTempSubdirectory("lamina-image-").FullName;
        try
        {
            (int exitCode, string text) = await LaminaCommand.RunAsync(Endpoint, "image", "import", name, "--from", image.WriteLayout(folder));
            Assert.True(exitCode == 0, text);
            Assert.Contains($"{name}@{image.Digest}", text, StringComparison.Ordinal);
            return image;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<JsonNode> RunAsync(ILambdaClient client)
    {
        ClientAnswer answer = await client.InvokeAsync("fn", "{}");
        Assert.True(answer.FunctionError is null, answer.Payload);
        return JsonNode.Parse(answer.Payload)!;
    }
}
