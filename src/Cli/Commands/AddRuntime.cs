using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Images;
using Lamina.Cli.Lambda;
using Lamina.Contract;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina runtimes add</c>: functions with a runtime id get exactly that runtime.</summary>
internal static class AddRuntime
{
    private const string FromNpm = "npm";

    public static Verb Create(CliContext context)
    {
        var id = new Argument<string>("ID") { Description = "A Lambda runtime, as `lamina runtimes` lists it" };
        var options = new ImageOptions(required: true);
        options.From.Description =
            "An AWS base image as HOST/NAME:TAG, OCI layout or archive; a folder of this machine: an unpacked image, or an interpreter's prefix; or npm";
        options.From.HelpName = "HOST/NAME:TAG|FILE.tar|DIR|npm";
        var json = Json.Option();
        var verb = new Verb(
            "add",
            "Add the exact runtime, from a base image of AWS's or another place",
            "lamina runtimes add nodejs24.x --from npm",
            "lamina runtimes add python3.13 --from /opt/python3.13",
            "lamina runtimes add java21 --from java21.tar")
        {
            id, json,
        };
        options.AddTo(verb);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            string runtime = parsed.GetRequiredValue(id);
            string from = parsed.GetRequiredValue(options.From);
            RuntimeClient client = context.Client(parsed).Runtimes;
            ServedRuntime served = from == FromNpm || !IsFolderOfRuntime(from)
                ? await AddImageAsync(context, parsed, options, runtime, from, cancellationToken)
                : await client.AddAsync(runtime, new RuntimeSource(null, null, Path.GetFullPath(from), null), cancellationToken);
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(served, ReadableJson.Indented.ServedRuntime));
            }
            else
            {
                context.Terminal.PrintLine($"{served.Id}: {served.InterpreterPath}");
            }

            return 0;
        });
        return verb;
    }

    /// <summary>The image is imported under a name of its own, which it needs only until the runtime has it.</summary>
    private static async Task<ServedRuntime> AddImageAsync(
        CliContext context, ParseResult parsed, ImageOptions options, string runtime, string from, CancellationToken cancellationToken)
    {
        LambdaClient client = context.Client(parsed);
        if (!ImageReference.TryParse($"lamina-runtime/{runtime}:added", out ImageReference? name))
        {
            throw new CliError($"'{runtime}' is not the id of a Lambda runtime.", runtime, "`lamina runtimes` lists them.");
        }

        // Not the client that speaks to the server: this one may go through the machine's proxy.
        using var handler = new SocketsHttpHandler();
        using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        await using IImageSource source = from == FromNpm
            ? await NpmNode.FetchAsync(runtime, context.Terminal, cancellationToken)
            : await options.OpenAsync(context, parsed, name, http, cancellationToken);
        var transfer = new ImageTransfer(client.Images, source);
        await context.Terminal.WithProgressAsync<ImportedImage, string>(
            $"Adding {runtime}", step => $"Adding {runtime}: {step}…", report => transfer.RunAsync(name.ToString(), report, cancellationToken));
        try
        {
            return await client.Runtimes.AddAsync(
                runtime, new RuntimeSource(name.ToString(), from == FromNpm ? NpmNode.Program : null, null, from == FromNpm ? NpmNode.Describe(runtime) : from),
                cancellationToken);
        }
        finally
        {
            await client.Images.DeleteAsync(name.ToString(), CancellationToken.None);
        }
    }

    /// <summary>A folder that is no saved image, or a program.</summary>
    private static bool IsFolderOfRuntime(string from) => Directory.Exists(from)
        ? !File.Exists(Path.Combine(from, OciLayout.Mark)) && !File.Exists(Path.Combine(from, DockerArchive.ListFile))
        : File.Exists(from) && (File.GetUnixFileMode(from) & UnixFileMode.UserExecute) != 0;
}
