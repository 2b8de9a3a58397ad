using System.Collections.Immutable;
using Lamina.Sandbox;

namespace Lamina.Execution.Environments;

/// <summary>How the process of a managed runtime is started: the interpreter, then our client in /var/runtime.</summary>
internal sealed class ManagedCommands(string runtimesDirectory)
{
    /// <param name="bind">What of the host has to be shown besides, if anything.</param>
    public ImmutableArray<string> For(RuntimeResolution runtime, string runtimeVersion, out HostBind? bind)
    {
        if (runtime.InterpreterPath is null)
        {
            throw new EntrypointException($"runtime {runtime.Id} cannot run on this machine: {runtime.Note}", runtimeVersion);
        }

        string entry = EntryOf(runtime.Family);
        if (!File.Exists(Path.Combine(runtimesDirectory, runtime.Family, entry)))
        {
            throw new EntrypointException($"the runtime client {runtime.Family}/{entry} is missing in {runtimesDirectory}", runtimeVersion);
        }

        return [ShowInterpreter(runtime.InterpreterPath, out bind), $"/var/runtime/{entry}"];
    }

    private static string EntryOf(string family) => family switch
    {
        "python" => "bootstrap.py",
        "nodejs" => "bootstrap.cjs",
        _ => "bootstrap.rb",
    };

    /// <summary>/usr is visible as it is; what lies below /opt is hidden by the layers and shown at /var/lang, AWS's place for interpreters.</summary>
    private static string ShowInterpreter(string path, out HostBind? bind)
    {
        bind = null;
        if (!path.StartsWith("/opt/", StringComparison.Ordinal))
        {
            return path;
        }

        string prefix = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, ".."));
        bind = new HostBind(prefix, "/var/lang");
        return "/var/lang" + path[prefix.Length..];
    }
}
