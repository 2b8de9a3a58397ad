namespace Lamina.Cli.Builds;

/// <summary>Takes out of what pip installed all that differs with the place, the time or the machine.</summary>
internal static class PythonPackages
{
    /// <param name="target">Where pip installed.</param>
    /// <param name="python">The interpreter as the runtime calls it, for scripts.</param>
    public static void Normalise(string target, string python)
    {
        if (!Directory.Exists(target))
        {
            return;
        }

        foreach (string cache in Directory.GetDirectories(target, "__pycache__", SearchOption.AllDirectories))
        {
            Directory.Delete(cache, recursive: true);
        }

        // Where a local package came from: a path of this machine.
        foreach (string origin in Directory.GetFiles(target, "direct_url.json", SearchOption.AllDirectories))
        {
            File.Delete(origin);
        }

        foreach (string record in Directory.GetFiles(target, "RECORD", SearchOption.AllDirectories)
            .Where(static path => Path.GetDirectoryName(path)!.EndsWith(".dist-info", StringComparison.Ordinal)))
        {
            RewriteRecord(record);
        }

        string scripts = Path.Combine(target, "bin");
        foreach (string script in Directory.Exists(scripts) ? Directory.GetFiles(scripts) : [])
        {
            ScriptInterpreter.Rewrite(script, "python", python);
        }
    }

    /// <summary>
    /// The list of a package's files, which programs read at run time: <c>numpy/__init__.py,sha256=…,22082</c>. Scripts are left out,
    /// because their digests are those of this machine's interpreter path, and so is what was removed.
    /// </summary>
    private static void RewriteRecord(string record)
    {
        IEnumerable<string> kept = File.ReadAllLines(record)
            .Where(static line => !line.StartsWith("..", StringComparison.Ordinal)
                && !line.Contains(".pyc,", StringComparison.Ordinal)
                && !line.Contains(".dist-info/direct_url.json,", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        File.WriteAllText(record, string.Concat(kept.Select(static line => line + "\n")));
    }
}
