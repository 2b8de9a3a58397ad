using System.Globalization;
using Lamina.Contract;
using Lamina.Images;

namespace Lamina.Execution;

/// <summary>Looks at what is to become a runtime, before it is one: whether it is for this id, and can run at all.</summary>
public sealed class RuntimeExamination(ImageLibrary images)
{
    private const string Bootstrap = "var/runtime/bootstrap";

    /// <summary>An imported image: a root file system, or, with a program, files of which one is the interpreter.</summary>
    /// <param name="name">Of the image.</param>
    public AddedRuntime OfImage(string id, string name, string? program, string from)
    {
        RequireKnown(id);
        using ImageLease lease = images.LeaseNamed(name);
        if (lease.Image.Architecture != MachineArchitecture)
        {
            throw AwsError.InvalidParameterValue($"The image {name} is made for {lease.Image.Architecture}, this machine is {MachineArchitecture}.");
        }

        if (program is null && RuntimeCatalog.FamilyOf(id) != "provided" && !lease.Directories.Any(static layer => IsThere(layer, Bootstrap)))
        {
            throw AwsError.InvalidParameterValue($"The image {name} is none of AWS's base images: it has no /{Bootstrap}.");
        }

        return new AddedRuntime
        {
            Id = id,
            From = from,
            Image = lease.Image.Digest,
            Folder = null,
            Program = program,
            Version = program is null ? null : VersionOf(id, lease.Directories[0], RequireWithin(lease.Directories[0], program)),
        };
    }

    /// <summary>A folder of this machine: an unpacked root file system, an interpreter's prefix, or the interpreter itself.</summary>
    public static AddedRuntime OfPath(string id, string path)
    {
        RequireKnown(id);
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
        {
            FileSystemInfo file = new FileInfo(full).ResolveLinkTarget(returnFinalTarget: true) ?? new FileInfo(full);
            full = Path.GetDirectoryName(Path.GetDirectoryName(file.FullName)) ?? "/";
        }

        if (!Path.IsPathRooted(path) || !Directory.Exists(full) || full == "/")
        {
            throw AwsError.InvalidParameterValue($"There is no folder {path} on the server's machine, or it is all of it.");
        }

        string? program = IsThere(full, Bootstrap) ? null : ProgramOf(id);
        return new AddedRuntime
        {
            Id = id,
            From = path,
            Image = null,
            Folder = full,
            Program = program,
            Version = program is null ? null : VersionOf(id, full, program),
        };
    }

    private static string MachineArchitecture =>
        System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x86_64";

    private static void RequireKnown(string id)
    {
        if (!RuntimeCatalog.IsKnown(id))
        {
            throw AwsError.InvalidParameterValue($"'{id}' is not the id of a Lambda runtime; `lamina runtimes` lists them.");
        }
    }

    private static string ProgramOf(string id) => RuntimeCatalog.FamilyOf(id) switch
    {
        "python" => $"bin/python{RuntimeCatalog.VersionOf(id)}",
        "nodejs" => "bin/node",
        var family => throw AwsError.InvalidParameterValue(
            $"For {family} only a root file system with /{Bootstrap} can be added, as AWS's base images have it."),
    };

    /// <summary>As the interpreter's own files say it; it must be the version of the id, or it would be no exact one.</summary>
    private static string VersionOf(string id, string folder, string program)
    {
        string path = Path.Combine(folder, program);
        if (!File.Exists(path))
        {
            throw AwsError.InvalidParameterValue($"There is no {program} in it.");
        }

        Version wanted = RuntimeCatalog.VersionOf(id);
        Version? found = RuntimeCatalog.FamilyOf(id) switch
        {
            "python" => InterpreterFinder.ReadPythonVersion(path),
            "nodejs" => InterpreterFinder.ReadNodeVersion(path),
            _ => null,
        };
        bool isExact = found?.Major == wanted.Major && (RuntimeCatalog.FamilyOf(id) == "nodejs" || found.Minor == wanted.Minor);
        return isExact
            ? found!.ToString()
            : throw AwsError.InvalidParameterValue(string.Create(
                CultureInfo.InvariantCulture, $"{program} is {(found is null ? "of no version that can be read" : $"version {found}")}, not what {id} needs."));
    }

    /// <summary>The program's folder will be shown to functions: no link of a stranger's image may lead there from outside.</summary>
    private static string RequireWithin(string folder, string program)
    {
        string[] parts = program.Split('/');
        bool leadsOut = parts.Length < 2 || parts.Any(static part => part is "" or "." or "..")
            || Enumerable.Range(1, parts.Length).Any(count => new FileInfo(Path.Combine([folder, .. parts.Take(count)])).LinkTarget is not null);
        return leadsOut ? throw AwsError.InvalidParameterValue($"{program} is not the path of a program in a folder of the image.") : program;
    }

    // A link counts unseen: its target is a path inside the sandbox, not here.
    private static bool IsThere(string folder, string path) =>
        new FileInfo(Path.Combine(folder, path)) is { } file && (file.LinkTarget is not null || file.Exists);
}
