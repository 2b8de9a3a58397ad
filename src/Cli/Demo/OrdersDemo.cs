using System.Globalization;
using System.Text;
using System.Text.Json;
using Lamina.Cli.Archives;
using Lamina.Cli.Commands;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Demo;

/// <summary>
/// examples/orders from end to end: (1) publish the layers, (2) deploy the functions with them, (3) invoke each and compare its
/// answer, (4) show the merged /opt, (5) exchange the layers of one function and see that the other configuration wins.
/// </summary>
internal sealed class OrdersDemo(Terminal terminal, LambdaClient client, TimeProvider time, string folder)
{
    public const string PythonFunction = "demo-orders-python";

    private const string CommonLayer = "demo-orders-common";
    private const string ConfigLayer = "demo-orders-config";
    private const string ShellLayer = "demo-orders-shell-runtime";

    /// <summary>What the order in order.json comes to: 10.00 net, taxed by whichever layer's config/orders.json wins.</summary>
    private static readonly Expectation ConfigWins = new("orders-config", 1190);
    private static readonly Expectation CommonWins = new("orders-common", 1200);

    private static readonly DemoFunction[] Functions =
    [
        new(PythonFunction, "python", "python3.11", "app.handler", [CommonLayer, ConfigLayer]),
        new("demo-orders-nodejs", "nodejs", "nodejs20.x", "index.handler", [CommonLayer, ConfigLayer]),
        new("demo-orders-shell", "shell", "provided.al2023", "handler.main", [CommonLayer, ConfigLayer, ShellLayer]),
    ];

    private readonly List<LayerVersionArn> _published = [];
    private readonly List<string> _deployed = [];

    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await PublishAsync(cancellationToken); // (1)
        Heading("Functions");
        foreach (DemoFunction function in Functions)
        {
            await DeployAsync(function, function.Layers, cancellationToken); // (2)
        }

        Heading("Answers to examples/orders/order.json");
        int wrong = 0;
        foreach (DemoFunction function in Functions)
        {
            wrong += await InvokeAsync(function, ConfigWins, cancellationToken) ? 0 : 1; // (3)
        }

        Heading($"/opt of {PythonFunction}");
        OptTree.Print(terminal, await client.OptAsync(PythonFunction, cancellationToken), all: false); // (4)

        Heading("The same function with its layers exchanged: the later layer wins");
        await DeployAsync(Functions[0], [ConfigLayer, CommonLayer], cancellationToken); // (5)
        wrong += await InvokeAsync(Functions[0], CommonWins, cancellationToken) ? 0 : 1;

        terminal.PrintLine(string.Empty);
        terminal.PrintLine(wrong == 0
            ? "Every answer is right."
            : string.Create(CultureInfo.InvariantCulture, $"{wrong} of {Functions.Length + 1} answers are wrong."));
        return wrong == 0;
    }

    /// <summary>On a server that goes on: takes away what the demo made. A failure here is said, and hides no earlier one.</summary>
    public async Task CleanUpAsync()
    {
        try
        {
            foreach (string function in _deployed)
            {
                await client.DeleteFunctionAsync(function, CancellationToken.None);
            }

            foreach (LayerVersionArn layer in _published)
            {
                await client.DeleteLayerVersionAsync(layer, CancellationToken.None);
            }
        }
        catch (CliError error)
        {
            terminal.Note($"The demo could not take away all it made: {error.Message}");
        }
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        Heading("Layers");
        await PublishAsync(CommonLayer, "common", "Code that the functions share, and default settings", cancellationToken);
        await PublishAsync(ConfigLayer, "config", "This shop's settings", cancellationToken);
        await PublishAsync(ShellLayer, "shell-runtime", "A custom runtime in bash", cancellationToken);
    }

    private async Task PublishAsync(string name, string content, string description, CancellationToken cancellationToken)
    {
        var settings = new PublishLayer.Settings(
            Path.Combine(folder, "layers", content), name, description, Runtimes: null, Architectures: null, License: "Apache-2.0");
        PublishLayerVersionResponse published = await PublishLayer.PublishAsync(terminal, client, settings, cancellationToken);
        _published.Add(LayerVersionArn.Parse(published.LayerVersionArn!));
        terminal.PrintLine($"  {LayerNames.Short(published.LayerVersionArn),-30} {Sizes.Readable(published.Content?.CodeSize ?? 0),8}  {description}");
    }

    private async Task DeployAsync(DemoFunction function, IReadOnlyList<string> layers, CancellationToken cancellationToken)
    {
        byte[] archive = await FolderArchive.ReadAsync(Path.Combine(folder, "functions", function.Folder), cancellationToken);
        if (!_deployed.Contains(function.Name))
        {
            _deployed.Add(function.Name);
        }

        FunctionConfiguration deployed = await terminal.WithProgressAsync(
            $"Deploying {function.Name}",
            () => new Deployment(client, time).RunAsync(function.Settings(layers), new FunctionCode { ZipFile = archive }, cancellationToken));
        terminal.PrintLine(
            $"  {function.Name,-20} {function.Runtime,-16} layers {string.Join(" < ", deployed.Layers!.Select(layer => LayerNames.Short(layer.Arn)))}");
    }

    private async Task<bool> InvokeAsync(DemoFunction function, Expectation expected, CancellationToken cancellationToken)
    {
        byte[] order = await File.ReadAllBytesAsync(Path.Combine(folder, "order.json"), cancellationToken);
        InvokeAnswer answer = await terminal.WithProgressAsync(
            $"Invoking {function.Name}",
            () => client.InvokeAsync(function.Name, order, InvocationType.RequestResponse, cancellationToken));
        bool right = answer.FunctionError is null && expected.Matches(answer.Payload, function.Folder);
        terminal.Out.Write(new Spectre.Console.Markup(right ? "  [green]right[/] " : "  [red]WRONG[/] "));
        terminal.PrintLine($"{function.Name}  {Encoding.UTF8.GetString(answer.Payload)}");
        foreach (string line in answer.LogTail.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            terminal.PrintLine($"          {line.TrimEnd()}");
        }

        return right;
    }

    private void Heading(string text)
    {
        terminal.PrintLine(string.Empty);
        terminal.Out.Write(new Spectre.Console.Text($"{text}\n", new Spectre.Console.Style(decoration: Spectre.Console.Decoration.Bold)));
    }

    /// <param name="Folder">Below examples/orders/functions; also what its answers call themselves.</param>
    private sealed record DemoFunction(string Name, string Folder, string Runtime, string Handler, IReadOnlyList<string> Layers)
    {
        public DeploySettings Settings(IReadOnlyList<string> layers) => new()
        {
            Folder = Folder,
            Image = null,
            Name = Name,
            Runtime = Runtime,
            Handler = Handler,
            Layers = layers,
            MemoryMiB = 256,
            TimeoutSeconds = 10,
            Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["SHOP"] = "demo" },
            Role = null,
        };
    }

    private sealed record Expectation(string Settings, int TotalCents)
    {
        public bool Matches(byte[] answer, string runtime)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(answer);
                JsonElement root = document.RootElement;
                return root.GetProperty("runtime").ValueEquals(runtime)
                    && root.GetProperty("settings").ValueEquals(Settings)
                    && root.GetProperty("shop").ValueEquals("demo")
                    && root.GetProperty("totalCents").GetInt32() == TotalCents;
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                return false;
            }
        }
    }
}
