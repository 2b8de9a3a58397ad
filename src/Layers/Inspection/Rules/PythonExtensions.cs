using System.Text.RegularExpressions;

namespace Lamina.Layers.Inspection.Rules;

/// <summary>Compiled Python modules whose name says another Python than the function's: import does not find them.</summary>
internal sealed partial class PythonExtensions : IInspectionRule
{
    public IEnumerable<Finding> Find(InspectedStack stack)
    {
        HashSet<string> versions =
        [
            .. stack.Runtimes.Where(static runtime => runtime.Family == RuntimeFamily.Python)
                .Select(static runtime => runtime.LanguageVersion.Replace(".", string.Empty, StringComparison.Ordinal)),
        ];
        if (versions.Count == 0)
        {
            yield break;
        }

        // _core.cpython-311-x86_64-linux-gnu.so → folder/_core: found when any file gives that module to one of the versions.
        List<(SeenEntry Seen, string Module, string Version)> tagged = [];
        HashSet<string> importable = new(StringComparer.Ordinal);
        foreach (SeenEntry seen in stack.Seen.Where(static seen => seen.IsFile && seen.Entry.Path.EndsWith(".so", StringComparison.Ordinal)))
        {
            Match match = Tagged().Match(seen.Path);
            if (!match.Success || versions.Contains(match.Groups["version"].Value))
            {
                importable.Add(match.Success ? match.Groups["module"].Value : seen.Path[..^3].Replace(".abi3", string.Empty, StringComparison.Ordinal));
            }
            else
            {
                tagged.Add((seen, match.Groups["module"].Value, match.Groups["version"].Value));
            }
        }

        foreach ((SeenEntry seen, string module, string version) in tagged.Where(other => !importable.Contains(other.Module)))
        {
            yield return seen.Found("python-version", FindingSeverity.Error,
                $"Compiled for Python {version[..1]}.{version[1..]}; {Names(stack)} does not find it. Install the package for that version.");
        }
    }

    private static string Names(InspectedStack stack) =>
        string.Join(" or ", stack.Runtimes.Where(static runtime => runtime.Family == RuntimeFamily.Python).Select(static runtime => runtime.Id));

    [GeneratedRegex(@"^(?<module>.+)\.cpython-(?<version>3[0-9]+)[a-z]?(?:-[^/]*)?\.so$", RegexOptions.CultureInvariant)]
    private static partial Regex Tagged();
}
