namespace Lamina.Layers.Inspection;

/// <summary>Folders of /opt that runtimes look at (AWS's page packaging-layers, "Layer paths for each Lambda runtime").</summary>
internal static class LookUpFolders
{
    /// <summary>Those in which the runtime looks for packages, relative to /opt.</summary>
    public static IEnumerable<string> Of(LambdaRuntime runtime) => runtime.Family switch
    {
        RuntimeFamily.Python => ["python", $"python/lib/python{runtime.LanguageVersion}/site-packages"],
        RuntimeFamily.NodeJs => ["nodejs/node_modules", $"nodejs/node{runtime.LanguageVersion}/node_modules"],
        RuntimeFamily.Ruby => [$"ruby/gems/{runtime.LanguageVersion}.0", "ruby/lib"],
        RuntimeFamily.Java => ["java/lib"],
        _ => [],
    };

    /// <summary>Whether a package in this folder is found by one of the runtimes; when none is known, by any.</summary>
    public static bool IsSeen(PackageFact package, bool isCode, IReadOnlyCollection<LambdaRuntime> runtimes)
    {
        RuntimeFamily family = package.Kind == PackageKind.Python ? RuntimeFamily.Python : RuntimeFamily.NodeJs;
        if (runtimes.Count > 0 && runtimes.All(runtime => runtime.Family != family))
        {
            return false;
        }

        if (isCode)
        {
            return package.Folder == (package.Kind == PackageKind.Python ? string.Empty : "node_modules");
        }

        return runtimes.Count == 0
            ? package.Folder.StartsWith(package.Kind == PackageKind.Python ? "python" : "nodejs", StringComparison.Ordinal)
            : runtimes.Any(runtime => Of(runtime).Contains(package.Folder));
    }
}
