using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Lamina.Execution.Environments;

namespace Lamina.Execution.Debugging;

/// <summary>How the process of a managed runtime is started so that it waits for a debugger before it runs anything of the function.</summary>
internal sealed class DebugLaunch
{
    private const int InspectorPort = 9229;
    private const int DebugpyPort = 5678;

    /// <summary>Tells our .NET client to wait; taken out of the environment before the function's code sees it.</summary>
    private const string DotnetVariable = "LAMINA_WAIT_FOR_DEBUGGER=1";

    private readonly string _family;
    private readonly IPAddress _address;
    private readonly string? _debugpy;

    private DebugLaunch(string family, IPAddress address, string? debugpy)
    {
        _family = family;
        _address = address;
        _debugpy = debugpy;
    }

    /// <summary>Null where there is none.</summary>
    public static string? DebuggerOf(string? family) => family switch
    {
        "nodejs" => "inspector",
        "python" => "debugpy",
        "dotnet" => "dotnet",
        _ => null,
    };

    /// <summary>The debugger's usual port, outside and inside; null for one that attaches to the process.</summary>
    public static int? PortOf(string debugger) => debugger switch
    {
        "inspector" => InspectorPort,
        "debugpy" => DebugpyPort,
        _ => null,
    };

    /// <param name="task">The code, as the host sees it.</param>
    /// <param name="layers">The layers, as the host sees them, in their order.</param>
    /// <exception cref="EntrypointException">What the debugger needs is not there.</exception>
    public static DebugLaunch Find(RuntimeResolution runtime, IPAddress address, string task, ImmutableArray<string> layers, string runtimeVersion)
    {
        if (runtime.Added is { IsRoot: true })
        {
            throw new EntrypointException(
                "a base image that was added for a runtime starts its own program, which cannot be put under a debugger", runtimeVersion);
        }

        string? debugpy = runtime.Family == "python" ? FindDebugpy(task, layers) : "";
        return debugpy is null
            ? throw new EntrypointException(
                "debugpy is in neither the code nor a layer; add it, for example by pip install debugpy --target python in a layer's folder", runtimeVersion)
            : new DebugLaunch(runtime.Family, address, debugpy);
    }

    /// <param name="command">Interpreter and client, as without a debugger.</param>
    /// <param name="handler">By which a person tells the process from those of .NET that wait for other functions.</param>
    public ImmutableArray<string> CommandOf(ImmutableArray<string> command, string handler) => _family switch
    {
        "nodejs" => command.Insert(1, string.Create(CultureInfo.InvariantCulture, $"--inspect-brk={_address}:{InspectorPort}")),
        "python" =>
        [
            command[0], _debugpy!, "--listen", string.Create(CultureInfo.InvariantCulture, $"{_address}:{DebugpyPort}"), "--wait-for-client",
            .. command.Skip(1),
        ],
        _ => handler.Contains(':', StringComparison.Ordinal) ? command.Add(handler) : command,
    };

    public ImmutableArray<string> VariablesOf(ImmutableArray<string> variables) =>
        _family == "dotnet" ? variables.Add(DotnetVariable) : variables;

    /// <summary>As the sandbox sees it. The code's own wins, then that of the last layer, as for any import.</summary>
    private static string? FindDebugpy(string task, ImmutableArray<string> layers) =>
        Directory.Exists(Path.Combine(task, "debugpy"))
            ? "/var/task/debugpy"
            : layers.Reverse()
                .SelectMany(static layer => PackageFolders(layer), static (layer, folder) => (Layer: layer, Folder: folder))
                .Where(static place => Directory.Exists(Path.Combine(place.Layer, place.Folder, "debugpy")))
                .Select(static place => $"/opt/{place.Folder}/debugpy")
                .FirstOrDefault();

    private static IEnumerable<string> PackageFolders(string layer)
    {
        yield return "python";
        string versions = Path.Combine(layer, "python", "lib");
        foreach (string version in Directory.Exists(versions) ? Directory.GetDirectories(versions, "python3.*") : [])
        {
            yield return $"python/lib/{Path.GetFileName(version)}/site-packages";
        }
    }
}
