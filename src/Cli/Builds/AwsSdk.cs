using System.Formats.Tar;
using Lamina.Cli.Images;

namespace Lamina.Cli.Builds;

/// <summary>
/// The AWS SDK that Lambda's own runtimes ship, by the machine's package managers, as an image with the one folder <c>sdk</c>: what our
/// runtime clients look into for it.
/// </summary>
internal sealed class AwsSdk
{
    private const string Content = "sdk";

    private readonly string _program;
    private readonly string _fix;
    private readonly string[] _usual;
    private readonly Func<string, IEnumerable<string>, Command> _install;
    private readonly Action<string> _tidy;

    private AwsSdk(string program, string fix, string[] usual, Func<string, IEnumerable<string>, Command> install, Action<string> tidy)
    {
        _program = program;
        _fix = fix;
        _usual = usual;
        _install = install;
        _tidy = tidy;
    }

    public static IReadOnlyDictionary<string, AwsSdk> ByFamily { get; } = new Dictionary<string, AwsSdk>
    {
        ["python"] = new("python3", "Install it, for example on Debian: apt-get install -y python3-pip", ["boto3"], Pip, TidyPython),
        ["nodejs"] = new(
            "npm",
            "Install it, for example on Debian: apt-get install -y npm",
            [
                .. ((string[])[
                    "apigatewaymanagementapi", "bedrock-runtime", "cloudwatch", "cloudwatch-logs", "cognito-identity-provider", "dynamodb", "eventbridge",
                    "firehose", "iam", "kinesis", "kms", "lambda", "rds-data", "s3", "scheduler", "secrets-manager", "sesv2", "sfn", "sns", "sqs", "ssm", "sts",
                ]).Select(static client => $"@aws-sdk/client-{client}"),
                "@aws-sdk/credential-providers", "@aws-sdk/lib-dynamodb", "@aws-sdk/lib-storage", "@aws-sdk/s3-request-presigner", "@aws-sdk/util-dynamodb",
            ],
            Npm,
            TidyNode),
        ["ruby"] = new(
            "gem",
            "Install it, for example on Debian: apt-get install -y ruby",
            [
                .. ((string[])[
                    "apigatewaymanagementapi", "bedrockruntime", "cloudwatch", "cloudwatchlogs", "cognitoidentityprovider", "dynamodb", "eventbridge", "firehose",
                    "iam", "kinesis", "kms", "lambda", "rdsdataservice", "s3", "scheduler", "secretsmanager", "sesv2", "sns", "sqs", "ssm", "states",
                ]).Select(static service => $"aws-sdk-{service}"),
            ],
            Gem,
            TidyRuby),
    };

    /// <param name="only">In place of the usual packages, where there are any.</param>
    /// <param name="more">Besides.</param>
    public async Task<IImageSource> FetchAsync(string family, string[] only, string[] more, CancellationToken cancellationToken)
    {
        BuildProgram.Require(_program, $"The AWS SDK for {family}", _fix);
        string folder = Directory.CreateTempSubdirectory("lamina-sdk-").FullName;
        string archive = $"{folder}.tar";
        try
        {
            string content = Directory.CreateDirectory(
                Path.Combine(folder, Content),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead | UnixFileMode.OtherExecute).FullName;
            await BuildProgram.RunAsync(_install(content, [.. only.Length > 0 ? only : _usual, .. more]), cancellationToken);
            _tidy(content);
            await TarFile.CreateFromDirectoryAsync(folder, archive, includeBaseDirectory: false, cancellationToken);
            return await SingleLayerImage.OfAsync(archive, isCompressed: false, cancellationToken);
        }
        catch
        {
            File.Delete(archive);
            throw;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Command Pip(string target, IEnumerable<string> packages) => new(
        "python3",
        [
            "-m", "pip", "install", "--target", target, "--no-compile", "--disable-pip-version-check", "--no-input", "--no-warn-script-location",
            "--root-user-action=ignore", .. packages,
        ],
        Environment.CurrentDirectory);

    private static Command Npm(string target, IEnumerable<string> packages) => new(
        "npm",
        [
            "install", "--prefix", target, "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier",
            "--install-links", .. packages,
        ],
        Environment.CurrentDirectory);

    private static Command Gem(string target, IEnumerable<string> packages) => new(
        "gem", ["install", "--install-dir", target, "--no-document", "--minimal-deps", .. packages], Environment.CurrentDirectory);

    private static void TidyPython(string target) => PythonPackages.Normalise(target, "python3");

    /// <summary>npm's own notes, and what is for compilers alone: half of the SDK.</summary>
    private static void TidyNode(string target)
    {
        File.Delete(Path.Combine(target, "node_modules", ".package-lock.json"));
        foreach (string types in Directory.GetDirectories(target, "dist-types", SearchOption.AllDirectories))
        {
            Directory.Delete(types, recursive: true);
        }
    }

    private static void TidyRuby(string target)
    {
        foreach (string name in ((string[])["cache", "doc", "build_info"]).Select(name => Path.Combine(target, name)).Where(Directory.Exists))
        {
            Directory.Delete(name, recursive: true);
        }
    }
}
