using System.Globalization;

namespace Lamina.Execution;

/// <summary>What a Lambda runtime id resolves to on this machine.</summary>
public sealed record RuntimeResolution
{
    /// <summary>For example <c>python3.12</c>.</summary>
    public required string Id { get; init; }

    /// <summary><c>python</c>, <c>nodejs</c>, <c>provided</c>, <c>ruby</c>, <c>java</c>, <c>dotnet</c>.</summary>
    public required string Family { get; init; }

    /// <summary>The interpreter on the host; null when there is none or none is needed.</summary>
    public required string? InterpreterPath { get; init; }

    /// <summary>Version of the interpreter; null when there is none.</summary>
    public required string? Version { get; init; }

    /// <summary>The interpreter has the version that the id names.</summary>
    public required bool Exact { get; init; }

    /// <summary>What a person should know: nearest version taken, what to install.</summary>
    public required string? Note { get; init; }

    /// <summary>What the operator added for this id; null when the machine's own serves it.</summary>
    public AddedRuntime? Added { get; init; }

    public bool IsAvailable => Family == "provided" || InterpreterPath is not null;
}

/// <summary>
/// Says which interpreter serves which Lambda runtime id: the exact version if the machine has it, else the nearest.
/// Interpreters are found by name and identified by their files; none is executed.
/// </summary>
public sealed class RuntimeCatalog(InterpreterFinder finder)
{
    private static readonly string[] Ids =
    [
        "nodejs26.x", "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x", "nodejs16.x",
        "python3.15", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python3.9", "python3.8",
        "provided.al2023", "provided.al2",
        "ruby4.0", "ruby3.4", "ruby3.3", "ruby3.2",
        "java25", "java21", "java17", "java17.al2023", "java11", "java11.al2023", "java8.al2", "java8.al2023",
        "dotnet10", "dotnet8", "dotnet6",
    ];

    public RuntimeCatalog()
        : this(new InterpreterFinder())
    {
    }

    /// <summary>Every runtime id there is, looked up anew.</summary>
    public IReadOnlyList<RuntimeResolution> List() => [.. Ids.Select(Resolve)];

    /// <summary>What the operator added; it goes before what the machine has.</summary>
    public AddedRuntimes? Added { get; init; }

    public static bool IsKnown(string id) => Ids.Contains(id);

    public RuntimeResolution Resolve(string id) => Added?.Find(id) is { } added ? ResolveAdded(added) : WithAdvice(ResolveOnMachine(id));

    private static RuntimeResolution ResolveAdded(AddedRuntime added) => new()
    {
        Id = added.Id,
        Family = FamilyOf(added.Id),
        InterpreterPath = added.Program is { } program ? $"{added.From}: {program}" : added.From,
        Version = added.Version,
        Exact = true,
        Note = added.IsRoot ? "added, with its own root file system" : "added",
        Added = added,
    };

    private static RuntimeResolution WithAdvice(RuntimeResolution resolution) => resolution.Exact
        ? resolution
        : resolution with
        {
            Note = $"{resolution.Note}; or add it: lamina runtimes add {resolution.Id} --from {(IsInNpm(resolution) ? "npm" : "IMAGE")}",
        };

    private static bool IsInNpm(RuntimeResolution resolution) => resolution.Family == "nodejs" && VersionOf(resolution.Id).Major is >= 18 and <= 26;

    private RuntimeResolution ResolveOnMachine(string id) => FamilyOf(id) switch
    {
        "provided" => new RuntimeResolution
        {
            Id = id,
            Family = "provided",
            InterpreterPath = null,
            Version = null,
            Exact = true,
            Note = "the function or a layer brings its bootstrap",
        },
        "python" => ResolveInterpreter(id, "python", finder.FindPythons(), "Debian: apt install python3"),
        "nodejs" => ResolveInterpreter(id, "nodejs", finder.FindNodes(), "Debian: apt install nodejs"),
        "ruby" => ResolveInterpreter(id, "ruby", finder.FindRubies(), "Debian: apt install ruby"),
        "java" => ResolveInterpreter(id, "java", finder.FindJavas(), "Debian: apt install default-jdk-headless"),
        "dotnet" => ResolveInterpreter(id, "dotnet", finder.FindDotnets(), ".NET 10 or newer in /usr/share, /usr/lib or /opt"),
        var family => Missing(id, family, $"functions of the {family} family are not served yet"),
    };

    /// <summary>The id without its version: <c>python</c> of <c>python3.12</c>.</summary>
    public static string FamilyOf(string id)
    {
        int end = id.AsSpan().IndexOfAnyInRange('0', '9');
        return (end < 0 ? id : id[..end]).TrimEnd('.') switch
        {
            "provided.al" => "provided",
            var family => family,
        };
    }

    /// <summary>Major and minor as the id names them; a Node.js id names the major only.</summary>
    internal static Version VersionOf(string id)
    {
        string digits = id[id.AsSpan().IndexOfAnyInRange('0', '9')..];
        string[] parts = digits.Split('.');
        int major = int.Parse(parts[0], CultureInfo.InvariantCulture);
        return parts.Length > 1 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int minor)
            ? new Version(major, minor)
            : new Version(major, 0);
    }

    private static RuntimeResolution ResolveInterpreter(string id, string family, IReadOnlyList<Interpreter> found, string install)
    {
        Version wanted = VersionOf(id);
        Interpreter? best = found.OrderBy(candidate => Distance(family, candidate.Version, wanted)).FirstOrDefault();
        if (best is null)
        {
            return Missing(id, family, $"no {family} interpreter found ({install}); interpreters below home folders cannot be shown to functions");
        }

        bool exact = Distance(family, best.Version, wanted) == 0;
        return new RuntimeResolution
        {
            Id = id,
            Family = family,
            InterpreterPath = best.Path,
            Version = best.Version.ToString(),
            Exact = exact,
            Note = exact ? null : $"nearest found; for the exact version install {Named(family, wanted)} into /usr, /usr/local or /opt",
        };
    }

    /// <summary>What users call a version is the major of Node.js, Java and .NET, and the minor of Python and Ruby.</summary>
    internal static bool CountsMajors(string family) => family is "nodejs" or "java" or "dotnet";

    // A newer one is preferred to an equally near older one.
    private static int Distance(string family, Version have, Version wanted)
    {
        int distance = CountsMajors(family)
            ? 2 * (have.Major - wanted.Major)
            : (2_000 * (have.Major - wanted.Major)) + (2 * (have.Minor - wanted.Minor));
        return distance >= 0 ? distance : -distance + 1;
    }

    private static string Named(string family, Version version) => family switch
    {
        "nodejs" => $"Node.js {version.Major}",
        "java" => $"Java {version.Major}",
        "dotnet" => $".NET {version.Major}",
        "ruby" => $"Ruby {version.Major}.{version.Minor}",
        _ => $"Python {version.Major}.{version.Minor}",
    };

    private static RuntimeResolution Missing(string id, string family, string note) =>
        new() { Id = id, Family = family, InterpreterPath = null, Version = null, Exact = false, Note = note };
}
