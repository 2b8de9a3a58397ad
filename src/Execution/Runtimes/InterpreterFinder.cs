using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Lamina.Execution;

/// <param name="Path">The program with all links resolved.</param>
public sealed record Interpreter(string Path, Version Version);

/// <summary>Finds interpreters that a sandbox can show, and reads their versions from their files.</summary>
/// <remarks>
/// Programs below home folders are left out: sandboxes hide homes. A link such as /usr/local/bin/python3.12 that leads into a home is no interpreter.
/// </remarks>
public sealed partial class InterpreterFinder
{
    /// <summary>What our client for .NET is built for.</summary>
    private const int ClientFramework = 10;

    private static readonly string[] DefaultFolders = ["/usr/bin", "/usr/local/bin"];
    private static readonly string[] DotnetFolders = ["share/dotnet", "lib/dotnet", "lib64/dotnet", "local/share/dotnet", "dotnet"];
    private static readonly string[] VisibleRoots = ["/usr/", "/opt/"];

    private readonly ConcurrentDictionary<(string Path, long Length, DateTime Changed), Version?> _versions = new();
    private readonly ConcurrentDictionary<string, Findings> _findings = new(StringComparer.Ordinal);
    private readonly string[] _folders;
    private readonly string[] _visibleRoots;
    private readonly string[] _javaHomes;
    private readonly string[] _dotnetFolders;

    public InterpreterFinder()
        : this(DefaultFolders, VisibleRoots)
    {
    }

    internal InterpreterFinder(string[] folders, string[] visibleRoots)
    {
        _folders = folders;
        _visibleRoots = visibleRoots;
        _javaHomes = [.. visibleRoots.Select(static root => Path.Combine(root, "lib", "jvm")).Order(StringComparer.Ordinal)];
        _dotnetFolders = [.. visibleRoots.SelectMany(static root => DotnetFolders.Select(folder => root + folder)), .. folders];
    }

    public IReadOnlyList<Interpreter> FindPythons() => Find([], _folders, "python3*", PythonName(), ReadPythonVersion);

    public IReadOnlyList<Interpreter> FindNodes() => Find([], _folders, "node*", NodeName(), ReadNodeVersion);

    public IReadOnlyList<Interpreter> FindRubies() => Find([], _folders, "ruby*", RubyName(), ReadRubyVersion);

    public IReadOnlyList<Interpreter> FindJavas() => Find(
        _javaHomes, _folders, "java", JavaName(), ReadJavaVersion);

    /// <summary>Each with the newest framework it has; those too old for our client are left out.</summary>
    public IReadOnlyList<Interpreter> FindDotnets() => [.. Find(
        [], _dotnetFolders, "dotnet", DotnetName(), ReadDotnetVersion).Where(static found => found.Version.Major >= ClientFramework)];

    /// <summary>
    /// Every cold start asks: folders are listed again only when one of them has changed, or a program found in them has, which takes a
    /// look at each and no listing.
    /// </summary>
    /// <param name="parents">Folders whose folders have a bin to look into, before the others.</param>
    private IReadOnlyList<Interpreter> Find(string[] parents, string[] folders, string pattern, Regex name, Func<string, Version?> readVersion)
    {
        if (_findings.TryGetValue(pattern, out Findings? known) && Array.TrueForAll(known.Seen, static file => file.IsCurrent))
        {
            return known.Found;
        }

        string[] opt = _visibleRoots.Contains("/opt/") ? ["/opt"] : [];
        FileStamp[] above = [.. parents.Concat(opt).Select(FileStamp.Of)];
        FileStamp[] places = [.. parents.SelectMany(BinFolders).Concat(folders).Concat(opt.SelectMany(BinFolders)).Select(FileStamp.Of)];
        List<Interpreter> found = List(places.Select(static folder => folder.Path).Where(Directory.Exists), pattern, name, readVersion);
        _findings[pattern] = new Findings([.. above, .. places, .. found.Select(static program => FileStamp.Of(program.Path))], found);
        return found;
    }

    private List<Interpreter> List(IEnumerable<string> folders, string pattern, Regex name, Func<string, Version?> readVersion)
    {
        var found = new List<Interpreter>();
        foreach (string folder in folders)
        {
            foreach (string path in Directory.EnumerateFiles(folder, pattern).Where(path => name.IsMatch(Path.GetFileName(path))).Order(StringComparer.Ordinal))
            {
                var file = new FileInfo(path);
                FileSystemInfo target = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
                if (IsVisible(target.FullName) && target is FileInfo { Exists: true } program && !found.Exists(known => known.Path == program.FullName))
                {
                    Version? version = _versions.GetOrAdd(
                        (program.FullName, program.Length, program.LastWriteTimeUtc), static (key, read) => read(key.Path), readVersion);
                    if (version is not null)
                    {
                        found.Add(new Interpreter(program.FullName, version));
                    }
                }
            }
        }

        return found;
    }

    private static IEnumerable<string> BinFolders(string parent) =>
        Folders(parent, "*").Order(StringComparer.Ordinal).Select(static folder => Path.Combine(folder, "bin"));

    private bool IsVisible(string path) => _visibleRoots.Any(root => path.StartsWith(root, StringComparison.Ordinal));

    /// <summary>python3.11 names its minor; the patch comes from the headers or from the program's own version text.</summary>
    internal static Version? ReadPythonVersion(string path)
    {
        Match name = PythonName().Match(Path.GetFileName(path));
        if (!name.Groups["minor"].Success)
        {
            return null;
        }

        var version = new Version(3, int.Parse(name.Groups["minor"].ValueSpan, CultureInfo.InvariantCulture));
        string header = Path.Combine(PrefixOf(path), "include", $"python{version}", "patchlevel.h");
        string? text = ReadHeader(header, PythonHeader()) ?? FileText.FindAfter(path, $"\0{version}.", "0123456789");
        return int.TryParse(text, CultureInfo.InvariantCulture, out int patch) ? new Version(version.Major, version.Minor, patch) : version;
    }

    internal static Version? ReadNodeVersion(string path)
    {
        string header = Path.Combine(PrefixOf(path), "include", "node", "node_version.h");
        Match match = File.Exists(header) ? NodeHeader().Match(File.ReadAllText(header)) : Match.Empty;
        string? text = match.Success
            ? $"{match.Groups[1].ValueSpan}.{match.Groups[2].ValueSpan}.{match.Groups[3].ValueSpan}"
            : FileText.FindAfter(path, "/download/release/v", "0123456789.");
        return Version.TryParse(text?.TrimEnd('.'), out Version? version) ? version : null;
    }

    /// <summary>Debian's ruby3.1 names its minor, others have a folder lib/ruby/3.4.0; the patch comes from the text of the program or its library.</summary>
    private static Version? ReadRubyVersion(string path)
    {
        Match name = RubyName().Match(Path.GetFileName(path));
        string lib = Path.Combine(PrefixOf(path), "lib");
        Version? version = name.Groups["minor"].Success
            ? Version.Parse(name.Groups["minor"].ValueSpan)
            : Folders(Path.Combine(lib, "ruby"), "*.*.0")
                .Select(static folder => Version.TryParse(Path.GetFileName(folder), out Version? abi) ? new Version(abi.Major, abi.Minor) : null).Max();
        if (version is null)
        {
            return null;
        }

        IEnumerable<string> programs = Folders(lib, "*-linux-*").Prepend(lib)
            .SelectMany(folder => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, $"libruby*.so.{version}") : []).Append(path);
        string? text = programs.Select(program => FileText.FindAfter(program, $"ruby {version}.", "0123456789"))
            .FirstOrDefault(static found => found is not null);
        return int.TryParse(text, CultureInfo.InvariantCulture, out int patch) ? new Version(version.Major, version.Minor, patch) : version;
    }

    /// <summary>A line of the file that says what the installation is: <c>JAVA_VERSION="17.0.15"</c>, <c>"1.8.0_402"</c>, <c>"25"</c>.</summary>
    private static Version? ReadJavaVersion(string path)
    {
        string release = Path.Combine(PrefixOf(path), "release");
        Match match = File.Exists(release) ? JavaRelease().Match(File.ReadAllText(release)) : Match.Empty;
        string text = match.Groups[1].Value.Replace('_', '.');
        text = text.StartsWith("1.", StringComparison.Ordinal) ? text[2..] : text;
        return Version.TryParse(text.Contains('.', StringComparison.Ordinal) ? text : $"{text}.0", out Version? version) ? version : null;
    }

    private static Version? ReadDotnetVersion(string path) => Folders(Path.Combine(Path.GetDirectoryName(path)!, "shared", "Microsoft.NETCore.App"), "*")
        .Select(static folder => Version.TryParse(Path.GetFileName(folder), out Version? version) ? version : null).Max();

    private static IEnumerable<string> Folders(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, pattern) : [];

    private static string PrefixOf(string program) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(program)!, ".."));

    private static string? ReadHeader(string header, Regex pattern) =>
        File.Exists(header) && pattern.Match(File.ReadAllText(header)) is { Success: true } match ? match.Groups[1].Value : null;

    /// <param name="Seen">Folders and programs it comes from, as they were.</param>
    private sealed record Findings(FileStamp[] Seen, IReadOnlyList<Interpreter> Found);

    /// <summary>When a file or folder changed; one that is not there has a time too, which no other has.</summary>
    private readonly record struct FileStamp(string Path, DateTime Changed)
    {
        public bool IsCurrent => this == Of(Path);

        public static FileStamp Of(string path) => new(path, File.GetLastWriteTimeUtc(path));
    }

    [GeneratedRegex(@"^python3(\.(?<minor>\d+))?$")]
    private static partial Regex PythonName();

    [GeneratedRegex(@"^node(-?\d+)?$")]
    private static partial Regex NodeName();

    [GeneratedRegex(@"^ruby(?<minor>\d+\.\d+)?$")]
    private static partial Regex RubyName();

    [GeneratedRegex("^java$")]
    private static partial Regex JavaName();

    [GeneratedRegex("^dotnet$")]
    private static partial Regex DotnetName();

    [GeneratedRegex("^JAVA_VERSION=\"([0-9._]+)", RegexOptions.Multiline)]
    private static partial Regex JavaRelease();

    [GeneratedRegex(@"#define\s+PY_MICRO_VERSION\s+(\d+)")]
    private static partial Regex PythonHeader();

    [GeneratedRegex(@"#define\s+NODE_MAJOR_VERSION\s+(\d+)[\s\S]*?#define\s+NODE_MINOR_VERSION\s+(\d+)[\s\S]*?#define\s+NODE_PATCH_VERSION\s+(\d+)")]
    private static partial Regex NodeHeader();
}
