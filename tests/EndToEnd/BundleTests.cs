using System.Net;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>Layers exported here and imported on a machine that has nothing.</summary>
public sealed class BundleTests : ServerTests
{
    private const string Export = "/_lamina/layers/export?Layers=common,config:2";
    private const string Import = "/_lamina/layers/import";

    [Fact]
    public async Task A_bundle_gives_an_empty_machine_equal_ARNs_digests_and_policies()
    {
        await using ILambdaClient source = ClientTools.ConnectAny(Endpoint);
        await FillAsync(source);
        byte[] bundle = await ExportAsync();
        string folder = Directory.CreateTempSubdirectory("lamina-data-").FullName;
        try
        {
            await using LaminaServer empty = await LaminaServer.StartAsync(folder);
            await using ILambdaClient target = ClientTools.ConnectAny(empty.Endpoint);
            using RawClient raw = new(empty.Endpoint);
            await AssertDamagedIsRefusedAsync(raw, target, bundle);

            RawAnswer imported = await raw.SendAsync(HttpMethod.Put, Import, bundle);
            Assert.Equal(HttpStatusCode.OK, imported.Status);
            foreach (string version in (string[])["common:1", "common:2", "config:2"])
            {
                Assert.Equal(await DescribeAsync(source, version), await DescribeAsync(target, version));
            }

            await target.CreateProbeAsync("fn", new JsonObject { ["Layers"] = new JsonArray("arn:aws:lambda:us-east-1:000000000000:layer:common:2") });
            Assert.Equal("two", (string?)await target.RunAsync("fn", "result = open('/opt/common').read()"));
            Assert.EndsWith(":layer:common:4", await target.PublishLayerAsync("common", Archive.Of("common", "four")), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>common:1, common:2 (shared), common:3 deleted; config:1 that stays behind, config:2.</summary>
    private static async Task FillAsync(ILambdaClient client)
    {
        await client.PublishLayerAsync("common", Archive.Of("common", "one"));
        await client.PublishLayerAsync("common", Archive.Of("common", "two"));
        await client.PublishLayerAsync("common", Archive.Of("common", "three"));
        await client.PublishLayerAsync("config", Archive.Of("config", "one"));
        await client.PublishLayerAsync("config", Archive.Of("config", "two"));
        _ = (await client.CallAsync("DeleteLayerVersion", new JsonObject { ["LayerName"] = "common", ["VersionNumber"] = 3 })).Success;
        _ = (await client.CallAsync("AddLayerVersionPermission", new JsonObject
        {
            ["LayerName"] = "common", ["VersionNumber"] = 2, ["StatementId"] = "s", ["Action"] = "lambda:GetLayerVersion", ["Principal"] = "111111111111",
        })).Success;
    }

    private static async Task AssertDamagedIsRefusedAsync(RawClient raw, ILambdaClient target, byte[] bundle)
    {
        Random random = new(20261126);
        for (int i = 0; i < 20; i++)
        {
            byte[] damaged = [.. bundle];
            damaged[random.Next(bundle.Length)] ^= (byte)(1 << random.Next(8));
            RawAnswer refused = await raw.SendAsync(HttpMethod.Put, Import, damaged);
            Assert.Equal((HttpStatusCode.BadRequest, "InvalidParameterValueException"), (refused.Status, refused.Error));
        }

        RawAnswer cut = await raw.SendAsync(HttpMethod.Put, Import, bundle[..^1]);
        Assert.Equal(HttpStatusCode.BadRequest, cut.Status);
        Assert.Empty((await target.CallAsync("ListLayers", [])).Success["Layers"]!.AsArray());
    }

    /// <summary>All that the API says of a version but the link to its content.</summary>
    private static async Task<string> DescribeAsync(ILambdaClient client, string version)
    {
        JsonObject named = new() { ["LayerName"] = version.Split(':')[0], ["VersionNumber"] = int.Parse(version.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture) };
        JsonObject shown = (await client.CallAsync("GetLayerVersion", named)).Success;
        shown.Remove("ResponseMetadata");
        shown["Content"]!.AsObject().Remove("Location");
        ClientAnswer policy = await client.CallAsync("GetLayerVersionPolicy", named);
        return $"{shown.ToJsonString()} {policy.Response?["Policy"]} {policy.Response?["RevisionId"]} {policy.Message}";
    }

    private async Task<byte[]> ExportAsync()
    {
        using RawClient raw = new(Endpoint);
        return await raw.DownloadAsync(new Uri(Endpoint, Export));
    }
}
