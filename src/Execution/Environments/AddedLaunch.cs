using System.Collections.Immutable;
using Lamina.Images;
using Lamina.Sandbox;

namespace Lamina.Execution.Environments;

/// <summary>How a runtime that was added is shown and started.</summary>
/// <param name="Interpreter">Inside the sandbox; null for a root file system, which brings its own bootstrap.</param>
internal sealed record AddedLaunch(ImmutableArray<string> RootLayers, ImmutableArray<HostBind> Binds, string? Interpreter)
{
    /// <summary>AWS's place for interpreters. One that finds its library by where it lies finds it there too.</summary>
    private const string Lang = "/var/lang";

    public static AddedLaunch Of(AddedRuntime added, ImageLease? lease)
    {
        ImmutableArray<string> folders = lease is null ? [added.Folder!] : [.. lease.Directories];
        if (added.Program is not { } program)
        {
            return new AddedLaunch(folders, [], null);
        }

        // package/bin/node: what lies in package is the interpreter's prefix.
        string bin = Path.GetDirectoryName(program)!;
        string prefix = Path.GetFullPath(Path.Combine(folders[0], bin, ".."));
        return new AddedLaunch([], [new HostBind(prefix, Lang)], $"{Lang}/{Path.GetFileName(bin)}/{Path.GetFileName(program)}");
    }

    public ImmutableArray<string> CommandFor(string family) => Interpreter is null
        ? ["/var/runtime/bootstrap"]
        : [Interpreter, family == "python" ? "/var/runtime/bootstrap.py" : "/var/runtime/bootstrap.cjs"];
}
