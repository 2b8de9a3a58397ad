using System.Net;
using System.Text.Json.Nodes;

namespace Lamina.Rooms.Tests.Server;

/// <summary>The layer life cycle over HTTP, member by member as recorded from AWS.</summary>
public sealed class LayerAnswerTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private const string Layers = "/2018-10-31/layers";

    [Fact]
    public async Task A_layer_version_is_published_read_listed_and_deleted_as_in_AWS()
    {
        Reply published = await PublishAsync("cycle");
        Assert.Equal(HttpStatusCode.Created, published.Status);
        AssertVersion(published.Json, 1);
        AssertVersion((await house.SendAsync(HttpMethod.Get, $"{Layers}/cycle/versions/1")).Json, 1);
        string arn = Uri.EscapeDataString((string)published.Json["LayerVersionArn"]!);
        AssertVersion((await house.SendAsync(HttpMethod.Get, $"{Layers}?find=LayerVersion&Arn={arn}")).Json, 1);

        JsonArray versions = (await house.SendAsync(HttpMethod.Get, $"{Layers}/cycle/versions")).Json["LayerVersions"]!.AsArray();
        Assert.Equal(
            ["CompatibleArchitectures", "CompatibleRuntimes", "CreatedDate", "Description", "LayerVersionArn", "LicenseInfo", "Version"],
            versions.Single()!.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));

        Assert.Equal(HttpStatusCode.NoContent, (await house.SendAsync(HttpMethod.Delete, $"{Layers}/cycle/versions/1")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await house.SendAsync(HttpMethod.Delete, $"{Layers}/cycle/versions/1")).Status);
        Reply gone = await house.SendAsync(HttpMethod.Get, $"{Layers}/cycle/versions/1");
        Assert.Equal((HttpStatusCode.NotFound, "The resource you requested does not exist."), (gone.Status, gone.Message));
        Assert.Empty((await house.SendAsync(HttpMethod.Get, $"{Layers}/cycle/versions")).Json["LayerVersions"]!.AsArray());
        AssertVersion((await PublishAsync("cycle")).Json, 2);
    }

    [Fact]
    public async Task A_version_below_one_is_refused()
    {
        Reply reply = await house.SendAsync(HttpMethod.Get, $"{Layers}/l/versions/0");
        Assert.Equal(("InvalidParameterValueException", "Layer Version Cannot be less than 1"), (reply.ErrorType, reply.Message));
    }

    [Fact]
    public async Task Content_can_be_had_in_ranges()
    {
        string location = (string)(await PublishAsync("ranges")).Json["Content"]!["Location"]!;
        byte[] whole = (await house.SendAsync(HttpMethod.Get, location)).Body;
        Reply middle = await house.SendAsync(HttpMethod.Get, location, null, ("Range", "bytes=2-5"));
        Reply tail = await house.SendAsync(HttpMethod.Get, location, null, ("Range", "bytes=-3"));
        Reply beyond = await house.SendAsync(HttpMethod.Get, location, null, ("Range", $"bytes={whole.Length}-"));
        Assert.Equal((HttpStatusCode.PartialContent, Convert.ToHexString(whole[2..6])), (middle.Status, Convert.ToHexString(middle.Body)));
        Assert.Equal((HttpStatusCode.PartialContent, Convert.ToHexString(whole[^3..])), (tail.Status, Convert.ToHexString(tail.Body)));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.Status);
    }

    [Fact]
    public async Task A_link_that_was_tampered_with_gives_nothing()
    {
        string location = (string)(await PublishAsync("links")).Json["Content"]!["Location"]!;
        Reply longer = await house.SendAsync(HttpMethod.Get, location.Replace("Expires=", "Expires=9", StringComparison.Ordinal));
        Reply unsigned = await house.SendAsync(HttpMethod.Get, location.Split('?')[0]);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (longer.Status, unsigned.Status));
    }

    private Task<Reply> PublishAsync(string name) => house.SendJsonAsync(HttpMethod.Post, $"{Layers}/{name}/versions", new JsonObject
    {
        ["Description"] = "d",
        ["LicenseInfo"] = "MIT",
        ["CompatibleRuntimes"] = new JsonArray("python3.12"),
        ["CompatibleArchitectures"] = new JsonArray("x86_64"),
        ["Content"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(ServedHouse.Zip(("python/a.py", "1"))) },
    });

    private static void AssertVersion(JsonObject answer, int version)
    {
        Assert.Equal(
            [
                "CompatibleArchitectures", "CompatibleRuntimes", "Content", "CreatedDate", "Description", "LayerArn", "LayerVersionArn",
                "LicenseInfo", "Version",
            ],
            answer.Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["CodeSha256", "CodeSize", "Location"], answer["Content"]!.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal(version, (int)answer["Version"]!);
        Assert.Equal($"{answer["LayerArn"]}:{version}", (string?)answer["LayerVersionArn"]);
    }
}
