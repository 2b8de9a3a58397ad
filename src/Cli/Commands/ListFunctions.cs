using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lamina.Cli.Lambda;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina function list</c></summary>
internal static class ListFunctions
{
    public static Verb Create(CliContext context)
    {
        var json = Json.Option();
        var verb = new Verb(
            "list", "List the functions with their layers", "lamina function list", "lamina function list --json") { json };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            IReadOnlyList<FunctionConfiguration> functions = await context.Terminal.WithProgressAsync(
                "Listing functions", () => client.ListFunctionsAsync(cancellationToken));
            IReadOnlyList<DevLayer> devLayers = await client.DevLayers.ListAsync(cancellationToken);
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(WithDevLayers(functions, devLayers));
                return 0;
            }

            Listing.Print(
                context.Terminal,
                functions,
                "No functions yet. Deploy one: lamina function deploy DIR NAME --runtime python3.11 --handler app.handler",
                ["FUNCTION", "RUNTIME", "HANDLER", "MEMORY", "TIMEOUT", "LAYERS"],
                function => Cells(function, devLayers));
            return 0;
        });
        return verb;
    }

    private static string?[] Cells(FunctionConfiguration function, IReadOnlyList<DevLayer> devLayers) =>
    [
        function.FunctionName,
        function.Runtime,
        function.Handler,
        string.Create(CultureInfo.InvariantCulture, $"{function.MemorySize} MB"),
        string.Create(CultureInfo.InvariantCulture, $"{function.Timeout} s"),
        string.Join(", ", (function.Layers ?? []).Select(layer => LayerNames.Short(layer.Arn) + Mark(layer, devLayers))),
    ];

    private static string Mark(Layer layer, IReadOnlyList<DevLayer> devLayers) =>
        devLayers.Any(dev => dev.Updates > 0 && dev.IsOf(layer.Arn)) ? " (dev)" : string.Empty;

    /// <summary>Lambda's own shape; a function that runs on dev content has one member more.</summary>
    private static JsonArray WithDevLayers(IReadOnlyList<FunctionConfiguration> functions, IReadOnlyList<DevLayer> devLayers)
    {
        JsonArray shown = JsonSerializer.SerializeToNode(functions, ReadableJson.Indented.IReadOnlyListFunctionConfiguration)!.AsArray();
        foreach ((FunctionConfiguration function, JsonNode? node) in functions.Zip(shown))
        {
            JsonNode[] used = [.. devLayers
                .Where(dev => dev.Updates > 0 && (function.Layers ?? []).Any(layer => dev.IsOf(layer.Arn)))
                .Select(static dev => JsonValue.Create(dev.LayerArn))];
            if (used.Length > 0)
            {
                node!["DevLayers"] = new JsonArray(used);
            }
        }

        return shown;
    }
}
