using System.CommandLine;
using System.CommandLine.Parsing;
using Lamina.Server.Verbs;
using Lamina.Stacks.Sam;

namespace Lamina.Server.Sam;

/// <summary>What the verbs of `lamina sam` take: a file, a region, values of parameters.</summary>
internal sealed class SamInput
{
    private const string StandardInput = "-";
    private const string DefaultRegion = "us-east-1";

    // A byte more than CloudFormation takes is enough to refuse a file.
    private const int MostBytes = 1_000_001;

    public Argument<string> File { get; } = new("file") { Description = "The template, YAML or JSON; - reads standard input" };

    public Option<string?> Region { get; } = new("--region")
    {
        Description = $"The region the template is for [default: AWS_REGION, AWS_DEFAULT_REGION or {DefaultRegion}]",
    };

    public Option<string[]> Parameters { get; } = new("--parameter")
    {
        Description = "A value of a parameter, as NAME=VALUE; may be repeated",
        AllowMultipleArgumentsPerToken = true,
    };

    public Verb AddTo(Verb verb)
    {
        Parameters.Validators.Add(static result =>
        {
            foreach (Token token in result.Tokens.Where(static token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
            {
                result.AddError($"--parameter takes NAME=VALUE, not '{token.Value}'.");
            }
        });
        verb.Arguments.Add(File);
        verb.Options.Add(Region);
        verb.Options.Add(Parameters);
        return verb;
    }

    /// <summary>The name that messages call the file by.</summary>
    public string NameOf(ParseResult parsed) => parsed.GetValue(File) is { } file && file != StandardInput ? file : "<standard input>";

    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<SamOutcome> TransformAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string region = parsed.GetValue(Region) ?? FromEnvironment("AWS_REGION") ?? FromEnvironment("AWS_DEFAULT_REGION") ?? DefaultRegion;
        SamOptions options = new(region, TimeProvider.System);
        foreach (string parameter in parsed.GetValue(Parameters) ?? [])
        {
            string[] parts = parameter.Split('=', 2);
            options.SetParameter(parts[0], parts[1]);
        }

        byte[] content = await ReadAsync(parsed.GetValue(File)!, cancellationToken);
        return SamTemplate.Transform(content, options);
    }

    private static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        await using Stream stream = file == StandardInput ? Console.OpenStandardInput() : System.IO.File.OpenRead(file);
        using MemoryStream content = new();
        byte[] buffer = new byte[64 * 1024];
        while (content.Length < MostBytes && await stream.ReadAsync(buffer, cancellationToken) is > 0 and int read)
        {
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }
}
