using System.Text;
using System.Text.RegularExpressions;
using Lamina.Cli.Archives;

namespace Lamina.Cli.Stacks;

/// <summary>
/// What samconfig.toml, beside the template, says of deployments: <c>[default.deploy.parameters]</c>, and behind it
/// <c>[default.global.parameters]</c>. A file that <c>sam deploy --guided</c> wrote is read, and one written here is read by sam:
/// <code>
/// version = 0.1
/// [default.deploy.parameters]
/// stack_name = "store"
/// region = "us-east-1"
/// parameter_overrides = "Currency=\"CHF\" Stage=\"test\""
/// </code>
/// </summary>
internal sealed partial class SamConfig
{
    private const string Deploy = "default.deploy.parameters";
    private const string Global = "default.global.parameters";

    private readonly TomlFile _toml;

    private SamConfig(string path, string text)
    {
        File = path;
        _toml = TomlFile.Parse(text, path);
    }

    public string File { get; }

    public string? StackName => Text("stack_name");

    public string? Region => Text("region");

    public IReadOnlyDictionary<string, string> Parameters => (Value("parameter_overrides") ?? [])
        .SelectMany(static text => Pair().Matches(text))
        .GroupBy(static match => match.Groups["key"].Value, StringComparer.Ordinal)
        .ToDictionary(static same => same.Key, static same => Unquoted(same.Last().Groups["value"].Value), StringComparer.Ordinal);

    /// <summary>An empty one where there is no file.</summary>
    /// <param name="template">The file beside which it lies.</param>
    public static SamConfig Beside(string template)
    {
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(template))!, "samconfig.toml");
        string text = System.IO.File.Exists(path) ? System.IO.File.ReadAllText(path) : string.Empty;
        return new SamConfig(path, text.Length > 0 ? text : "version = 0.1\n");
    }

    /// <summary>Writes the answers into the file, and for sam that it takes its own bucket where none is named; all else in it stays as it is.</summary>
    public async Task SaveAsync(string stackName, string region, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        List<(string Key, string? Value)> lines =
        [
            ("stack_name", Quoted(stackName)),
            ("region", Quoted(region)),
            ("capabilities", Quoted("CAPABILITY_IAM CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND")),
            ("parameter_overrides", parameters.Count == 0 ? null : Quoted(string.Join(' ', parameters.Select(static one => $"{one.Key}={Quoted(one.Value)}")))),
        ];
        if (Value("s3_bucket") is null && Value("resolve_s3") is null)
        {
            lines.Add(("resolve_s3", "true"));
        }

        string target = new FileInfo(File).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? File;
        await WholeFile.WriteAsync(target, Encoding.UTF8.GetBytes(_toml.With(Deploy, lines)), cancellationToken);
    }

    private string? Text(string key) => Value(key) is [var text] ? text : null;

    private IReadOnlyList<string>? Value(string key) => _toml.Find(Deploy, key) ?? _toml.Find(Global, key);

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Unquoted(string value) => value is ['"', .., '"'] or ['\'', .., '\''] ? Escape().Replace(value[1..^1], "$1") : value;

    // Currency="CHF" Stage=test ParameterKey=Stage,ParameterValue=test
    [GeneratedRegex(
        """(?:ParameterKey=(?<key>[A-Za-z0-9]+),ParameterValue=|(?<![A-Za-z0-9])(?<key>[A-Za-z0-9]+)=)(?<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']*)""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pair();

    [GeneratedRegex(@"\\(.)", RegexOptions.Singleline)]
    private static partial Regex Escape();
}
