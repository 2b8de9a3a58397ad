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
/// tags = "team=\"shop\""
/// confirm_changeset = true
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

    public IReadOnlyDictionary<string, string> Parameters => Pairs(Value("parameter_overrides") ?? [], Pair());

    /// <summary>Of the stack and all its resources; null where the file says nothing.</summary>
    public IReadOnlyDictionary<string, string>? Tags => Value("tags") is { } tags ? Pairs(tags, Tag()) : null;

    /// <summary>Whether a person is asked before changes are made.</summary>
    public bool ConfirmsChanges => Text("confirm_changeset") == "true";

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
            ("stack_name", TomlFile.Quoted(stackName)),
            ("region", TomlFile.Quoted(region)),
            ("capabilities", TomlFile.Quoted("CAPABILITY_IAM CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND")),
            (
                "parameter_overrides",
                parameters.Count == 0 ? null : TomlFile.Quoted(string.Join(' ', parameters.Select(static one => $"{one.Key}={TomlFile.Quoted(one.Value)}")))),
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

    private static Dictionary<string, string> Pairs(IReadOnlyList<string> texts, Regex form) => texts
        .SelectMany(text => form.Matches(text))
        .GroupBy(static match => Unquoted(match.Groups["key"].Value), StringComparer.Ordinal)
        .ToDictionary(static same => same.Key, static same => Unquoted(same.Last().Groups["value"].Value), StringComparer.Ordinal);

    private static string Unquoted(string value) => value is ['"', .., '"'] or ['\'', .., '\''] ? Escape().Replace(value[1..^1], "$1") : value;

    // Currency="CHF" Stage=test ParameterKey=Stage,ParameterValue=test
    [GeneratedRegex(
        """(?:ParameterKey=(?<key>[A-Za-z0-9]+),ParameterValue=|(?<![A-Za-z0-9])(?<key>[A-Za-z0-9]+|"[A-Za-z0-9]+")=)(?<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']*)""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pair();

    // team="two words" cost:center=7 "a key"=1
    [GeneratedRegex(
        """(?<![A-Za-z0-9_:./+@-])(?<key>"(?:[^"\\]|\\.)*"|[A-Za-z0-9_:./+@-]+)=(?<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']*)""", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\\(.)", RegexOptions.Singleline)]
    private static partial Regex Escape();
}
