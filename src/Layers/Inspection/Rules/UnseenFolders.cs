using System.Text.RegularExpressions;

namespace Lamina.Layers.Inspection.Rules;

/// <summary>Packages in folders of a layer that no runtime, or none of these, looks at.</summary>
internal sealed partial class UnseenFolders : IInspectionRule
{
    public IEnumerable<Finding> Find(InspectedStack stack)
    {
        foreach (InspectedTree layer in stack.Trees.Where(static tree => !tree.IsCode))
        {
            HashSet<string> folders =
            [
                .. layer.Manifest.Entries.Where(static entry => entry.Kind == OptEntryKind.Directory).Select(static entry => entry.Path),
            ];
            foreach (string folder in folders)
            {
                if (Misplaced(folder) is { } right && HasFiles(layer, folder))
                {
                    yield return Of(layer, folder, $"No runtime looks for packages here. Move its content to {right}.");
                }
                else if (OtherVersion(stack, folders, folder) is { } wanted && HasFiles(layer, folder))
                {
                    yield return Of(layer, folder, $"Only another version of the runtime looks here; {wanted.Runtime} looks at /opt/{wanted.Folder}. Move or rebuild its content.");
                }
            }
        }
    }

    private static Finding Of(InspectedTree layer, string folder, string message) =>
        new("folder-not-looked-at", FindingSeverity.Warning, "/opt/" + folder, [layer.Source], message);

    /// <summary>Where the content of a well-known folder in the wrong place belongs.</summary>
    private static string? Misplaced(string folder) => folder switch
    {
        "site-packages" or "dist-packages" or "python/site-packages" or "python/dist-packages" or "python/python" => "/opt/python",
        "node_modules" or "nodejs/nodejs" or "nodejs/lib/node_modules" or "lib/node_modules" => "/opt/nodejs/node_modules",
        _ when LibraryOfPython().IsMatch(folder) => "/opt/python",
        _ when RootDistribution().IsMatch(folder) => "/opt/python, with the packages beside it",
        _ => null,
    };

    private static (string Runtime, string Folder)? OtherVersion(InspectedStack stack, HashSet<string> folders, string folder)
    {
        if (Versioned().Match(folder) is not { Success: true } match)
        {
            return null;
        }

        RuntimeFamily family = match.Groups["python"].Success ? RuntimeFamily.Python
            : match.Groups["node"].Success ? RuntimeFamily.NodeJs : RuntimeFamily.Ruby;
        // A layer may serve several versions of a runtime, each from a folder of its own.
        LambdaRuntime[] runtimes = [.. stack.Runtimes.Where(runtime => runtime.Family == family)];
        string Wanted(LambdaRuntime runtime) => LookUpFolders.Of(runtime).First(static wanted => Versioned().IsMatch(wanted));
        return runtimes.Length > 0 && !runtimes.Any(runtime => folders.Contains(Wanted(runtime)))
            ? (runtimes[0].Id, Wanted(runtimes[0]))
            : null;
    }

    private static bool HasFiles(InspectedTree layer, string folder) => layer.Manifest.Entries.Any(entry =>
        entry.Kind != OptEntryKind.Directory && entry.Path.Length > folder.Length && entry.Path[folder.Length] == '/'
        && entry.Path.StartsWith(folder, StringComparison.Ordinal));

    [GeneratedRegex("^(?:lib|lib64|python/lib64)/python3[.][0-9]+/(?:site|dist)-packages$|^python/lib/python3[.][0-9]+/dist-packages$", RegexOptions.CultureInvariant)]
    private static partial Regex LibraryOfPython();

    [GeneratedRegex("^[^/]+[.]dist-info$", RegexOptions.CultureInvariant)]
    private static partial Regex RootDistribution();

    [GeneratedRegex("^python/lib/(?<python>python3[.][0-9]+)/site-packages$|^nodejs/(?<node>node[0-9]+)/node_modules$|^ruby/gems/(?<ruby>[0-9.]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Versioned();
}
