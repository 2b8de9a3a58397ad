using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Execution.Shells;
using Lamina.Functions;

namespace Lamina.Execution.Environments;

/// <summary>The two files by which the host of .NET starts a class library.</summary>
/// <param name="Task">The function's code, as the host sees it.</param>
/// <param name="Dependencies">Names in it.</param>
/// <param name="Configuration">Likewise.</param>
internal sealed record DotnetFiles(string Task, string Dependencies, string Configuration)
{
    private const string TaskRoot = "/var/task";
    private const string Framework = "Microsoft.NETCore.App";

    /// <summary>Of either file; they have some ten KB.</summary>
    private const long MaxBytes = 4 << 20;

    private const int MaxObstacleLength = 200;

    /// <summary>Settings that are read when the process starts, or by what is rehearsed, and have a variable that goes before them.</summary>
    private static readonly ImmutableArray<(string Setting, string Variable)> Decisive =
    [
        ("System.Runtime.TieredCompilation", "DOTNET_TieredCompilation"),
        ("System.Runtime.TieredPGO", "DOTNET_TieredPGO"),
        ("System.GC.Concurrent", "DOTNET_gcConcurrent"),
        ("System.Globalization.Invariant", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"),
        ("System.Globalization.PredefinedCulturesOnly", "DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY"),
    ];

    /// <summary>Settings that every build writes, and that are read when what they concern is first used.</summary>
    private static readonly ImmutableArray<string> Late =
    [
        "System.Reflection.Metadata.MetadataUpdater.IsSupported", "System.Runtime.Serialization.EnableUnsafeBinaryFormatterSerialization",
    ];

    public string ShownDependencies => $"{TaskRoot}/{Dependencies}";

    public string ShownConfiguration => $"{TaskRoot}/{Configuration}";

    /// <summary>Null where one of them is missing: then the process is started without.</summary>
    public static DotnetFiles? Find(string task, string mainAssembly) =>
        FileFor(task, mainAssembly, ".deps.json") is { } dependencies && FileFor(task, mainAssembly, ".runtimeconfig.json") is { } configuration
            ? new DotnetFiles(task, dependencies, configuration)
            : null;

    /// <summary>The name, without its extension, of the assembly whose files they are.</summary>
    public static string MainAssemblyOf(FunctionVersion function)
    {
        string main = function.Environment?.GetValueOrDefault("LAMBDA_DOTNET_MAIN_ASSEMBLY") ?? (function.Handler ?? "").Split(':')[0];
        return main.EndsWith(".dll", StringComparison.Ordinal) ? main[..^4] : main;
    }

    /// <param name="frameworks">Where the host finds them, on this machine.</param>
    /// <param name="newest">The framework that serves the function.</param>
    public DotnetStart ReadStart(string frameworks, string newest)
    {
        try
        {
            using JsonDocument configuration = Read(Configuration);
            using JsonDocument dependencies = Read(Dependencies);
            List<(string Name, bool Value)> settings = [];
            List<string> assemblies = [];
            string? obstacle = ReadSettings(configuration.RootElement.GetProperty("runtimeOptions"), Version.Parse(newest), settings)
                ?? ReadAssemblies(dependencies.RootElement, Path.Combine(frameworks, Framework, newest), assemblies);
            return obstacle is null
                ? new DotnetStart(null, VariablesOf(settings), PropertiesOf(settings, assemblies))
                : DotnetStart.Of(obstacle.Length > MaxObstacleLength ? obstacle[..MaxObstacleLength] : obstacle);
        }
        catch (Exception unusual) when (
            unusual is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException
                or FormatException or OverflowException or ArgumentException)
        {
            // Whatever .NET makes of it, it makes in a fresh process.
            return DotnetStart.Of($"its {Configuration} or {Dependencies} is unusual");
        }
    }

    private JsonDocument Read(string name)
    {
        FileInfo file = new(Path.Combine(Task, name));
        return file.LinkTarget is null && file.Length <= MaxBytes
            ? JsonDocument.Parse(File.ReadAllBytes(file.FullName))
            : throw new IOException($"{name} is a link, or larger than {MaxBytes} bytes.");
    }

    private string? ReadSettings(JsonElement options, Version newest, List<(string Name, bool Value)> settings)
    {
        JsonElement framework = options.GetProperty("framework");
        if (options.EnumerateObject().Select(static option => option.Name).FirstOrDefault(static name => name is not ("tfm" or "framework" or "configProperties"))
            is { } other)
        {
            return $"its {Configuration} says {other}";
        }

        if (framework.EnumerateObject().Count() != 2 || framework.GetProperty("name").GetString() != Framework
            || Version.Parse(framework.GetProperty("version").GetString()!) > newest)
        {
            return $"its {Configuration} asks for another framework than {Framework}";
        }

        if (File.Exists(Path.Combine(Task, Path.ChangeExtension(Configuration, ".dev.json"))))
        {
            return $"{Configuration} has one for development beside it";
        }

        IEnumerable<JsonProperty> all = options.TryGetProperty("configProperties", out JsonElement given) ? given.EnumerateObject() : [];
        foreach (JsonProperty setting in all)
        {
            if (!Late.Contains(setting.Name) && !Decisive.Any(decisive => decisive.Setting == setting.Name))
            {
                return $"its {Configuration} sets {setting.Name}";
            }

            settings.Add((setting.Name, setting.Value.GetBoolean()));
        }

        return null;
    }

    /// <summary>A waiting process finds what lies in /var/task itself, behind the framework's own.</summary>
    private string? ReadAssemblies(JsonElement dependencies, string framework, List<string> assemblies)
    {
        string target = dependencies.GetProperty("runtimeTarget").GetProperty("name").GetString()!;
        foreach (JsonProperty library in dependencies.GetProperty("targets").GetProperty(target).EnumerateObject())
        {
            foreach (JsonProperty kind in library.Value.EnumerateObject().Where(static kind => kind.Name is not ("dependencies" or "compile")))
            {
                foreach (JsonProperty asset in kind.Value.EnumerateObject())
                {
                    string name = Path.GetFileName(asset.Name);
                    if (kind.Name != "runtime" || asset.Value.TryGetProperty("localPath", out _))
                    {
                        return $"{library.Name} has more than assemblies beside the function's";
                    }

                    if (File.Exists(Path.Combine(framework, name)))
                    {
                        return $"{library.Name} brings {name}, which {Framework} has too";
                    }

                    if (new FileInfo(Path.Combine(Task, name)) is not { Exists: true, LinkTarget: null })
                    {
                        return $"{name} of {library.Name} is not beside the function's assembly";
                    }

                    assemblies.Add(name);
                }
            }
        }

        return null;
    }

    private static ImmutableArray<string> VariablesOf(List<(string Name, bool Value)> settings)
    {
        // Our client's own configuration says something else of these.
        bool invariant = settings.Contains(("System.Globalization.Invariant", true));
        Dictionary<string, bool> values = new(StringComparer.Ordinal)
        {
            ["System.Runtime.TieredPGO"] = true,
            ["System.Globalization.Invariant"] = invariant,
            ["System.Globalization.PredefinedCulturesOnly"] = invariant,
        };
        foreach ((string name, bool value) in settings)
        {
            values[name] = value;
        }

        return [.. Decisive.Where(decisive => values.ContainsKey(decisive.Setting)).Select(decisive => $"{decisive.Variable}={(values[decisive.Setting] ? 1 : 0)}")];
    }

    // The host keeps assemblies in no order.
    private ImmutableArray<string> PropertiesOf(List<(string Name, bool Value)> settings, List<string> assemblies) =>
    [
        $"APP_CONTEXT_BASE_DIRECTORY={TaskRoot}/",
        $"APP_CONTEXT_DEPS_FILES={ShownDependencies}",
        $"TRUSTED_PLATFORM_ASSEMBLIES={string.Concat(assemblies.Distinct().Select(static name => $"{TaskRoot}/{name}:"))}",
        .. settings.Select(static setting => $"{setting.Name}={(setting.Value ? "true" : "false")}"),
    ];

    /// <summary>The assembly's own file, or the only one that there is.</summary>
    private static string? FileFor(string task, string assembly, string extension)
    {
        if (IsIn(task, assembly + extension))
        {
            return assembly + extension;
        }

        string[] found = Directory.GetFiles(task, $"*{extension}");
        return found.Length == 1 ? Path.GetFileName(found[0]) : null;
    }

    // A name in /var/task itself. A link counts unseen: its target is a path inside the sandbox, not here.
    public static bool IsIn(string task, string name) =>
        name.Length > 0 && !name.Contains('/', StringComparison.Ordinal)
        && new FileInfo(Path.Combine(task, name)) is { } file && (file.LinkTarget is not null || file.Exists);
}
