using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lamina.Execution.Shells;

/// <param name="Name">As Python's import statement names it.</param>
internal readonly record struct LearntImport(string Name, TimeSpan Duration);

/// <summary>
/// What a Python process says of its imports out of layers: in a shell how those went that were made in advance, in an environment
/// which there were. Lines of a word and the rest:
/// <code>
/// import 83.125 numpy
/// sought statistics
/// metadata
/// fault an import leaves a thread
/// </code>
/// </summary>
/// <remarks>A function's code can write one as well: nothing in it is believed beyond what concerns that function.</remarks>
internal sealed partial record ImportReport
{
    /// <summary>No longer report is read. NumPy and SciPy look for 600 names, 8 KB.</summary>
    public const int MaxBytes = 256 << 10;

    /// <summary>Imports that begin in the function's own code; each may bring hundreds of modules.</summary>
    private const int MaxImports = 64;

    private const int MaxFaultLength = 300;

    /// <summary>Why the process is of no use, or the function cannot be primed; null when all is well.</summary>
    public required string? Fault { get; init; }

    public required ImmutableArray<LearntImport> Imports { get; init; }

    /// <summary>First parts of module names that were looked for on sys.path, found or not.</summary>
    public required FrozenSet<string> Sought { get; init; }

    /// <summary>The metadata of installed distributions may have been read.</summary>
    public required bool ReadsMetadata { get; init; }

    public static ImportReport OfFault(string fault) => new() { Fault = fault, Imports = [], Sought = FrozenSet<string>.Empty, ReadsMetadata = false };

    /// <param name="text">Null: it was longer than <see cref="MaxBytes"/>, or cut short.</param>
    public static ImportReport Of(ReadOnlyMemory<byte>? text) =>
        text is null || text.Value.Length > MaxBytes ? OfFault("its report is too long, or cut short") : Parse(text.Value.Span);

    public static ImportReport Parse(ReadOnlySpan<byte> text)
    {
        string? fault = null;
        bool metadata = false;
        List<LearntImport> imports = [];
        HashSet<string> sought = new(StringComparer.Ordinal);
        foreach (string line in Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            string rest = line[(space + 1)..];
            switch (space < 0 ? line : line[..space])
            {
                case "import" when TryParseImport(rest, out LearntImport import):
                    imports.Add(import);
                    break;
                case "sought":
                    sought.Add(rest);
                    break;
                case "metadata":
                    metadata = true;
                    break;
                case "fault":
                    fault ??= rest.Length > MaxFaultLength ? rest[..MaxFaultLength] : rest;
                    break;
                default:
                    fault ??= "its report cannot be read";
                    break;
            }
        }

        return new ImportReport
        {
            Fault = fault,
            Imports = [.. imports.Take(MaxImports)],
            Sought = sought.ToFrozenSet(StringComparer.Ordinal),
            ReadsMetadata = metadata,
        };
    }

    /// <summary>
    /// Whether a function with this code could have found something else than was found in advance without it: /var/task is the first
    /// folder of sys.path, and stands before /opt in LD_LIBRARY_PATH.
    /// </summary>
    /// <param name="taskDirectory">The code, as the host sees it.</param>
    public bool IsCoveredBy(string taskDirectory)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(taskDirectory))
        {
            if (IsCoveredByEntry(Path.GetFileName(path)))
            {
                return true;
            }
        }

        string libraries = Path.Combine(taskDirectory, "lib");
        return Directory.Exists(libraries) && Directory.EnumerateFileSystemEntries(libraries).Any(static path => IsLibrary(Path.GetFileName(path)));
    }

    private bool IsCoveredByEntry(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? Sought.Contains(name) : Path.GetExtension(name) switch
        {
            ".py" or ".pyc" => Sought.Contains(name[..dot]),
            ".pth" => true,
            ".dist-info" or ".egg-info" or ".egg-link" or ".egg" => ReadsMetadata,
            _ => IsLibrary(name) && (Sought.Contains(name[..dot]) || name.StartsWith("lib", StringComparison.Ordinal)),
        };
    }

    // libx.so, libx.so.1, x.cpython-311-x86_64-linux-gnu.so
    private static bool IsLibrary(string name) =>
        name.EndsWith(".so", StringComparison.Ordinal) || name.Contains(".so.", StringComparison.Ordinal);

    private static bool TryParseImport(string text, out LearntImport import)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        string name = text[(space + 1)..];
        bool parsed = double.TryParse(text.AsSpan(0, Math.Max(space, 0)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double ms)
            && ms < TimeSpan.MaxValue.TotalMilliseconds / 2 && ModuleName().IsMatch(name);
        import = parsed ? new LearntImport(name, TimeSpan.FromMilliseconds(ms)) : default;
        return parsed;
    }

    // It travels in a header: names beyond ASCII are not learnt.
    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\z")]
    private static partial Regex ModuleName();
}
