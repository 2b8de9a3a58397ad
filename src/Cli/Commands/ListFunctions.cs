using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract.Lambda;
using Spectre.Console;

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
            Print(context.Terminal, functions, devLayers, parsed.GetValue(json));
            return 0;
        });
        return verb;
    }

    private static void Print(Terminal terminal, IReadOnlyList<FunctionConfiguration> functions, IReadOnlyList<DevLayer> devLayers, bool json)
    {
        if (json)
        {
            terminal.PrintJson(WithDevLayers(functions, devLayers));
            return;
        }

        if (functions.Count == 0)
        {
            terminal.Note("No functions yet. Deploy one: lamina function deploy DIR NAME --runtime python3.11 --handler app.handler");
            return;
        }

        Table table = Terminal.Columns("FUNCTION", "RUNTIME", "HANDLER", "MEMORY", "TIMEOUT", "LAYERS");
        foreach (FunctionConfiguration function in functions)
        {
            table.AddRow(
                new Text(function.FunctionName ?? string.Empty),
                new Text(function.Runtime ?? string.Empty),
                new Text(function.Handler ?? string.Empty),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{function.MemorySize} MB")),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{function.Timeout} s")),
                new Text(string.Join(", ", (function.Layers ?? []).Select(layer => LayerNames.Short(layer.Arn) + Mark(layer, devLayers)))));
        }

        terminal.Print(table);
    }

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
