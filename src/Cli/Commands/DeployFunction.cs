using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Lamina.Cli.Archives;
using Lamina.Cli.Lambda;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina function deploy</c>: creates the function, or changes of it what differs; prints its ARN when it can be invoked.</summary>
internal static class DeployFunction
{
    public static Verb Create(CliContext context)
    {
        var code = new Argument<string>("DIR|ZIP") { Description = "Folder to zip, or a zip file; its root is /var/task. Not with --image" };
        var name = new Argument<string?>("NAME") { Description = "Name of the function", Arity = ArgumentArity.ZeroOrOne };
        var image = new Option<string?>("--image")
        {
            Description = "In place of DIR|ZIP: an imported image (lamina image list), whose own program is the function",
            HelpName = "NAME:TAG",
        };
        var runtime = new Option<string?>("--runtime") { Description = "For example python3.11, nodejs20.x, provided.al2023", HelpName = "RUNTIME" };
        var handler = new Option<string?>("--handler") { Description = "For example app.handler", HelpName = "HANDLER" };
        var layers = Lists.Option("--layers", "Layers in merge order, later over earlier: name, name:version or ARN", "LAYER,…");
        var memory = new Option<int?>("--memory") { Description = "Memory in MB, 128 to 10240", HelpName = "MB" };
        var timeout = new Option<int?>("--timeout") { Description = "Seconds that an invocation may take, 1 to 900", HelpName = "SECONDS" };
        var environment = new Option<string[]>("--env")
        {
            Description = "An environment variable; may be said several times, together they replace all variables",
            HelpName = "KEY=VALUE",
        };
        var role = new Option<string?>("--role") { Description = "ARN of its role (default: role/lambda of the account)", HelpName = "ARN" };
        var json = Json.Option();
        EnvironmentVariables.Validate(environment);

        var verb = new Verb(
            "deploy",
            "Create a function or update its code and settings, and wait until it can be invoked",
            "lamina function deploy examples/orders/functions/python orders-python --runtime python3.11 --handler app.handler --layers orders-common,orders-config",
            "lamina function deploy code.zip orders-python --env STAGE=test --memory 256",
            "lamina function deploy orders-image --image orders:latest")
        {
            code, name, image, runtime, handler, layers, memory, timeout, environment, role, json,
        };
        verb.Validators.Add(result => Check(result, name, image, [runtime, handler, layers]));
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            context,
            context.Client(parsed),
            new DeploySettings
            {
                Folder = parsed.GetValue(image) is null ? parsed.GetRequiredValue(code) : null,
                Image = parsed.GetValue(image),
                Name = parsed.GetValue(name) ?? parsed.GetRequiredValue(code),
                Runtime = parsed.GetValue(runtime),
                Handler = parsed.GetValue(handler),
                Layers = Lists.Of(parsed, layers),
                MemoryMiB = parsed.GetValue(memory),
                TimeoutSeconds = parsed.GetValue(timeout),
                Variables = EnvironmentVariables.Of(parsed, environment),
                Role = parsed.GetValue(role),
            },
            parsed.GetValue(json),
            cancellationToken));
        return verb;
    }

    /// <summary>With an image the name is the only argument; what an image brings itself is not said beside it.</summary>
    private static void Check(CommandResult result, Argument<string?> name, Option<string?> image, Option[] ofArchives)
    {
        bool isImage = result.GetResult(image) is { Implicit: false };
        bool isNamed = result.GetResult(name) is { Tokens.Count: > 0 };
        if (isImage && isNamed)
        {
            result.AddError("--image takes the place of DIR|ZIP: say the function's name only.");
        }
        else if (!isImage && !isNamed)
        {
            result.AddError("Required argument missing for command: 'deploy'. Say DIR|ZIP and NAME, or NAME and --image.");
        }

        foreach (Option option in ofArchives.Where(option => isImage && result.GetResult(option) is { Implicit: false }))
        {
            result.AddError($"{option.Name} does not go with --image: the image has its own.");
        }
    }

    private static async Task<int> RunAsync(
        CliContext context, LambdaClient client, DeploySettings settings, bool json, CancellationToken cancellationToken)
    {
        FunctionCode code = settings.Folder is { } folder
            ? new FunctionCode
            {
                ZipFile = await context.Terminal.WithProgressAsync($"Zipping {folder}", () => FolderArchive.ReadAsync(folder, cancellationToken)),
            }
            : new FunctionCode { ImageUri = settings.Image };
        var deployment = new Deployment(client, context.Time);
        FunctionConfiguration deployed = await context.Terminal.WithProgressAsync(
            $"Deploying {settings.Name}", () => deployment.RunAsync(settings, code, cancellationToken));
        if (json)
        {
            context.Terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(deployed, ReadableJson.Indented.FunctionConfiguration));
            return 0;
        }

        context.Terminal.PrintLine(deployed.FunctionArn ?? string.Empty);
        return 0;
    }
}

/// <summary>What a deployment sets. Null leaves what is set as it is, or AWS's default on a new function.</summary>
internal sealed record DeploySettings
{
    /// <summary>Folder or zip file; null for an image.</summary>
    public required string? Folder { get; init; }

    /// <summary>An image's name and tag; null for an archive.</summary>
    public required string? Image { get; init; }

    public required string Name { get; init; }

    public required string? Runtime { get; init; }

    public required string? Handler { get; init; }

    public required IReadOnlyList<string>? Layers { get; init; }

    public required int? MemoryMiB { get; init; }

    public required int? TimeoutSeconds { get; init; }

    public required IReadOnlyDictionary<string, string>? Variables { get; init; }

    public required string? Role { get; init; }
}
