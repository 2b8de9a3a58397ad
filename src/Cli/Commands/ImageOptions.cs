using System.CommandLine;
using Lamina.Cli.Images;
using Lamina.Contract;

namespace Lamina.Cli.Commands;

/// <summary>The options that say where an image comes from.</summary>
internal sealed class ImageOptions
{
    private readonly Option<string?> _architecture = new("--architecture")
    {
        Description = "Which one of an image for several machines; without it this machine's",
        HelpName = "x86_64|arm64",
    };

    private readonly Option<string?> _user = new("--username") { Description = "Who the registry is told asks; without it the user of `docker login`", HelpName = "USER" };

    private readonly Option<bool> _password = new("--password-stdin") { Description = "Read the user's password from standard input" };

    public ImageOptions(bool required)
    {
        From = new Option<string>("--from")
        {
            Description = "The image: an OCI layout (folder or tar), what `docker save` wrote, or HOST/NAME:TAG in a registry",
            HelpName = "DIR|FILE.tar|HOST/NAME:TAG",
            Required = required,
        };
        _architecture.AcceptOnlyFromAmong("x86_64", "arm64");
        _user.Validators.Add(result =>
        {
            if (result.GetResult(_password) is null or { Implicit: true })
            {
                result.AddError("--username goes with --password-stdin.");
            }
        });
    }

    public Option<string> From { get; }

    public void AddTo(Verb verb)
    {
        verb.Options.Add(From);
        verb.Options.Add(_architecture);
        verb.Options.Add(_user);
        verb.Options.Add(_password);
    }

    /// <param name="name">As which the image is imported.</param>
    /// <param name="http">For registries.</param>
    public async Task<IImageSource> OpenAsync(
        CliContext context, ParseResult parsed, ImageReference name, HttpClient http, CancellationToken cancellationToken)
    {
        string architecture = parsed.GetValue(_architecture) switch
        {
            null => ImageIndex.MachineArchitecture,
            "x86_64" => "amd64",
            var other => other,
        };
        RegistryCredentials? credentials = parsed.GetValue(_user) is { } user
            ? new RegistryCredentials(user, (await Console.In.ReadToEndAsync(cancellationToken)).Trim())
            : null;
        var sources = new ImageSources(new ImageIndex(architecture, name), new RegistryAccess(http, credentials, context.DockerFolder));
        return await sources.OpenAsync(parsed.GetRequiredValue(From), cancellationToken);
    }
}
