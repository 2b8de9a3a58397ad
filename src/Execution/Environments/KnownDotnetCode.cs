using System.Collections.Concurrent;
using Lamina.Execution.Shells;
using Lamina.Functions;

namespace Lamina.Execution.Environments;

/// <summary>Looks into the code of each .NET function once: what a tree holds never changes.</summary>
internal sealed class KnownDotnetCode
{
    /// <summary>More are forgotten all at once: a function costs a KB or two here, and a millisecond to look into.</summary>
    private const int MaxKnown = 10_000;

    private readonly ConcurrentDictionary<(string Task, string Assembly, string Framework), DotnetStart> _known = new();

    /// <param name="task">The code's tree, held by the caller.</param>
    public DotnetStart Of(string task, FunctionVersion function, RuntimeResolution runtime)
    {
        (string, string Assembly, string) key = (task, DotnetFiles.MainAssemblyOf(function), runtime.Version!);
        if (_known.TryGetValue(key, out DotnetStart? known))
        {
            return known;
        }

        if (_known.Count >= MaxKnown)
        {
            _known.Clear();
        }

        string frameworks = Path.Combine(Path.GetDirectoryName(runtime.InterpreterPath!)!, "shared");
        return _known[key] = DotnetFiles.Find(task, key.Assembly)?.ReadStart(frameworks, runtime.Version!) ?? DotnetStart.Plain;
    }
}
