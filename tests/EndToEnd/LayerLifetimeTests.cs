using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

public sealed class LayerLifetimeTests : ServerTests
{
    [Fact]
    public async Task A_function_goes_on_with_a_deleted_layer_version_and_a_new_one_is_refused()
    {
        await using (ILambdaClient client = ClientTools.ConnectAny(Endpoint))
        {
            string layer = await client.PublishLayerAsync("layer", Archive.Of("who", "layer"));
            await client.CreateProbeAsync("fn", new JsonObject { ["Layers"] = new JsonArray(layer) });
            _ = (await client.CallAsync("DeleteLayerVersion", new JsonObject { ["LayerName"] = "layer", ["VersionNumber"] = 1 })).Success;
            await AssertGoesOnAsync(client, layer);
        }

        await RestartAsync(kill: false);
        await using ILambdaClient later = ClientTools.ConnectAny(Endpoint);
        await AssertGoesOnAsync(later, "arn:aws:lambda:us-east-1:000000000000:layer:layer:1");
    }

    private static async Task AssertGoesOnAsync(ILambdaClient client, string layer)
    {
        Assert.Equal("layer", (string?)await client.RunAsync("fn", "result = open('/opt/who').read()"));
        JsonObject shown = (await client.CallAsync("GetFunctionConfiguration", new JsonObject { ["FunctionName"] = "fn" })).Success;
        Assert.Equal(layer, (string?)shown["Layers"]![0]!["Arn"]);

        ClientAnswer refused = await client.CreateFunctionAsync("new", Probe.Code, new JsonObject { ["Layers"] = new JsonArray(layer) });
        Assert.Equal(("InvalidParameterValueException", $"Layer version {layer} does not exist."), (refused.Error, refused.Message));
    }
}
