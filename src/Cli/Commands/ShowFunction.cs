using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lamina.Cli.Lambda;
using Lamina.Contract.Lambda;
using Spectre.Console;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina function show</c>: a function's settings, and how it starts.</summary>
internal static class ShowFunction
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "Function: its name or ARN" };
        var json = Json.Option();
        var verb = new Verb(
            "show", "Print a function's settings, layers and variables' names, and in what it starts when no environment of it is idle",
            "lamina function show orders-python", "lamina function show orders-python --json")
        {
            name, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            string function = parsed.GetRequiredValue(name);
            (FunctionConfiguration settings, StartAnswer start) = await context.Terminal.WithProgressAsync(
                $"Looking at {function}",
                async () => (
                    await client.GetFunctionConfigurationAsync(function, cancellationToken),
                    await client.GetStartAsync(function, cancellationToken)));
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(WithStart(settings, start));
                return 0;
            }

            Print(context, settings, start);
            return 0;
        });
        return verb;
    }

    private static void Print(CliContext context, FunctionConfiguration settings, StartAnswer start)
    {
        Table table = new Table().NoBorder().HideHeaders().AddColumns("", "");
        void Row(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                table.AddRow(new Text(name), new Text(value));
            }
        }

        Row("ARN", settings.FunctionArn);
        Row("Description", settings.Description);
        Row("State", $"{settings.State}{(settings.StateReason is { } reason ? $": {reason}" : "")}, last update {settings.LastUpdateStatus}");
        Row("Runtime", settings.Runtime ?? settings.PackageType);
        Row("Handler", settings.Handler);
        Row("Memory", string.Create(CultureInfo.InvariantCulture, $"{settings.MemorySize} MB, /tmp {settings.EphemeralStorage?.Size} MB"));
        Row("Timeout", string.Create(CultureInfo.InvariantCulture, $"{settings.Timeout} s"));
        Row("Code", string.Create(CultureInfo.InvariantCulture, $"{settings.CodeSize} bytes, SHA-256 {settings.CodeSha256}"));
        Row("Role", settings.Role);
        Row("Variables", settings.Environment?.Variables is { } variables ? string.Join(", ", variables.Keys.Order(StringComparer.Ordinal)) : null);
        foreach ((int index, Layer layer) in (settings.Layers ?? []).Index())
        {
            Row(index == 0 ? "Layers" : "", layer.Arn);
        }

        Row("Starts", $"{start.Words}: {start.Why}");
        context.Terminal.Print(table);
    }

    /// <summary>Lambda's own shape, with one member more.</summary>
    private static JsonObject WithStart(FunctionConfiguration settings, StartAnswer start)
    {
        JsonObject shown = JsonSerializer.SerializeToNode(settings, ReadableJson.Indented.FunctionConfiguration)!.AsObject();
        shown["Start"] = new JsonObject { ["Path"] = start.Path, ["Why"] = start.Why };
        return shown;
    }
}
