using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Lamina.Execution.Environments;

namespace Lamina.Execution.Debugging;

/// <summary>How the process of a managed runtime is started so that it waits for a debugger before it runs anything of the function.</summary>
internal static class DebugLaunch
{
    /// <summary>Tells our .NET client to wait; taken out of the environment before the function's code sees it.</summary>
    public const string DotnetVariable = "LAMINA_WAIT_FOR_DEBUGGER=1";

    private const int InspectorPort = 9229;
    private const int DebugpyPort = 5678;

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

    /// <summary>What of the debugger has to be in the code or a layer, as the sandbox sees it; null when nothing has to.</summary>
    /// <param name="task">The code, as the host sees it.</param>
    /// <param name="layers">The layers, as the host sees them, in their order.</param>
    /// <exception cref="EntrypointException">It is not there.</exception>
    public static string? FindDebugger(string family, string task, ImmutableArray<string> layers, string runtimeVersion)
    {
        if (family != "python")
        {
            return null;
        }

        // The code's own wins, then that of the last layer, as for any import.
        if (Directory.Exists(Path.Combine(task, "debugpy")))
        {
            return "/var/task/debugpy";
        }

        return layers.Reverse()
            .SelectMany(static layer => PackageFolders(layer), static (layer, folder) => (Layer: layer, Folder: folder))
            .Where(static place => Directory.Exists(Path.Combine(place.Layer, place.Folder, "debugpy")))
            .Select(static place => $"/opt/{place.Folder}/debugpy")
            .FirstOrDefault() ?? throw new EntrypointException(
                "debugpy is in neither the code nor a layer; add it, for example by pip install debugpy --target python in a layer's folder", runtimeVersion);
    }

    /// <param name="command">Interpreter and client, as without a debugger.</param>
    /// <param name="debugger">What was found of it.</param>
    public static ImmutableArray<string> Of(string family, ImmutableArray<string> command, IPAddress address, string? debugger) => family switch
    {
        "nodejs" => command.Insert(1, string.Create(CultureInfo.InvariantCulture, $"--inspect-brk={address}:{InspectorPort}")),
        "python" =>
        [
            command[0], debugger!, "--listen", string.Create(CultureInfo.InvariantCulture, $"{address}:{DebugpyPort}"), "--wait-for-client",
            .. command.Skip(1),
        ],
        _ => command,
    };

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
