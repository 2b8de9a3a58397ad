using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lamina.Cli.Archives;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Builds;

/// <summary>A package manager's manifest in a function's folder: the same one as in a layer's, but what it installs lies where a function looks.</summary>
internal sealed partial class FunctionPackages
{
    private readonly Func<string, bool> _isNeeded;
    private readonly string[] _manifests;
    private readonly Regex _local;
    private readonly (string From, string To) _place;
    private readonly string? _replaced;

    /// <param name="family">Of the runtime.</param>
    /// <param name="source">Installs for a layer.</param>
    /// <param name="manifests">The first is the one that counts.</param>
    /// <param name="local">What in it names something of the folder itself, so that the manifests alone do not say what is installed.</param>
    /// <param name="place">Where a layer has it, and where a function.</param>
    /// <param name="replaced">A folder that only stands for what is installed; null: none.</param>
    private FunctionPackages(
        string family, Func<Terminal, ILayerSource> source, Func<string, bool> isNeeded, string[] manifests, Regex local, (string From, string To) place,
        string? replaced)
    {
        Family = family;
        Source = source;
        _isNeeded = isNeeded;
        _manifests = manifests;
        _local = local;
        _place = place;
        _replaced = replaced;
    }

    public static IReadOnlyList<FunctionPackages> All { get; } =
    [
        new(
            "python", static _ => new PythonRequirements(), static folder => HasRequirements(Path.Combine(folder, "requirements.txt")),
            ["requirements.txt"], LocalRequirement(), ("python/", string.Empty), replaced: null),
        new(
            "nodejs", static terminal => new NodePackages(terminal), static folder => HasDependencies(folder),
            ["package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"], LocalDependency(), ("nodejs/", string.Empty), "node_modules/"),
        new(
            "ruby", static terminal => new RubyGems(terminal),
            static folder => File.Exists(Path.Combine(folder, "Gemfile")) && !Directory.Exists(Path.Combine(folder, "vendor", "bundle")),
            ["Gemfile", "Gemfile.lock"], LocalGem(), ("ruby/gems/", "vendor/bundle/ruby/"), replaced: null),
    ];

    public string Family { get; }

    public Func<Terminal, ILayerSource> Source { get; }

    public bool IsNeeded(string folder) => _isNeeded(folder);

    /// <summary>Whether the manifests alone say what is installed.</summary>
    public bool StandAlone(string folder) => !_local.IsMatch(File.ReadAllText(Path.Combine(folder, _manifests[0])));

    public IEnumerable<FolderEntry> Manifests(string folder) => _manifests
        .Select(name => new FileInfo(Path.Combine(folder, name)))
        .Where(static file => file.Exists)
        .Select(FolderArchive.EntryOf);

    public bool IsReplaced(string name) => _replaced is not null && name.StartsWith(_replaced, StringComparison.Ordinal);

    /// <summary>What was installed, under the names that it has in the function.</summary>
    public IEnumerable<FolderEntry> Entries(string stage) => Directory.EnumerateFileSystemEntries(stage).Any()
        ? FolderArchive.List(stage)
            .Where(entry => entry.Name.Length > _place.From.Length && entry.Name.StartsWith(_place.From, StringComparison.Ordinal))
            .Select(entry => LayerBuild.Normal(entry) with { Name = _place.To + entry.Name[_place.From.Length..] })
        : [];

    private static bool HasRequirements(string file) => File.Exists(file)
        && File.ReadLines(file).Any(static line => line.Trim() is { Length: > 0 } text && !text.StartsWith('#'));

    /// <summary>What the developer installed beside the code is taken as it is.</summary>
    private static bool HasDependencies(string folder)
    {
        string manifest = Path.Combine(folder, "package.json");
        if (!File.Exists(manifest) || Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            return false;
        }

        try
        {
            return JsonNode.Parse(File.ReadAllText(manifest)) is JsonObject package
                && ((string[])["dependencies", "optionalDependencies"]).Any(name => package[name] is JsonObject { Count: > 0 });
        }
        catch (JsonException broken)
        {
            throw new CliError($"package.json is not JSON: {broken.Message}", manifest, "Mend it.", broken);
        }
    }

    // Other files of requirements, folders of wheels, the folder's own packages.
    [GeneratedRegex(
        @"^\s*(-r|-c|-e|-f|--requirement|--constraint|--editable|--find-links|[./])|file:|@\s*\.", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex LocalRequirement();

    [GeneratedRegex("\"(file:|link:|workspace:|[.]{0,2}/)|\"workspaces\"", RegexOptions.CultureInvariant)]
    private static partial Regex LocalDependency();

    [GeneratedRegex(@"\b(path|gemspec|eval_gemfile|load|require_relative)\b", RegexOptions.CultureInvariant)]
    private static partial Regex LocalGem();
}
