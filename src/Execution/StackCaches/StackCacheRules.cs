using System.Collections.Frozen;
using System.Collections.Immutable;
using Lamina.Execution.Shells;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Execution.StackCaches;

/// <summary>Which functions may use a cache: those whose process loads what is in it as it did where it was made.</summary>
internal static class StackCacheRules
{
    /// <summary>Where a process that makes a cache asks what it is to load, and a process of a function where it tells what it did.</summary>
    public const string UploadPrefix = "/lamina/cache/";

    /// <summary>Where a sandbox shows Java's.</summary>
    public const string JavaArchive = "/var/cache/lamina/classes.jsa";

    /// <summary>What a maker may use.</summary>
    public const long MemoryBytes = 1L << 30;

    /// <summary>One: whoever invokes meanwhile is to find another.</summary>
    public const double Cpus = 1;

    /// <summary>The first Node.js whose compile cache can be written at a moment of one's choice (module.flushCompileCache).</summary>
    private static readonly Version FirstNode = new(22, 10);

    /// <summary>The first Java that writes an archive when it ends (-XX:ArchiveClassesAtExit).</summary>
    private const int FirstJava = 13;

    /// <summary>Read by the interpreter or the linker when a process starts: what loads, and how, may be another thing then.</summary>
    private static readonly string[] Prefixes = ["NODE_", "V8_", "LD_", "JAVA_", "JDK_", "_JAVA_"];

    private static readonly FrozenSet<string> Names = FrozenSet.Create(StringComparer.Ordinal, "AWS_LAMBDA_EXEC_WRAPPER", "GLIBC_TUNABLES");

    /// <summary>Whether an interpreter can have one, and the function's settings are no reason against it.</summary>
    public static bool Allow(RuntimeResolution runtime, FunctionVersion function, LayerStackContent stack) =>
        !stack.Archives.IsEmpty
            // Content that changes with each save would have a cache made for each.
            && stack.DevLayers.IsEmpty
            && runtime is { IsAvailable: true, Added: null or { IsRoot: false } }
            && CanHaveOne(runtime)
            && function.Environment?.GetValueOrDefault(ShellRules.PrimeVariable) != "0"
            && function.Environment?.Keys.All(IsHarmless) != false;

    /// <summary>The arguments of a process that is to tell what it loads out of layers: our clients know, and hide, the additional one.</summary>
    public static ImmutableArray<string> WithLearning(ImmutableArray<string> arguments) => arguments.Add("--lamina-learn");

    private static bool CanHaveOne(RuntimeResolution runtime) => Version.TryParse(runtime.Version, out Version? version) && runtime.Family switch
    {
        "nodejs" => version >= FirstNode,
        "java" => version.Major >= FirstJava,
        _ => false,
    };

    private static bool IsHarmless(string name) =>
        !Names.Contains(name) && !Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
