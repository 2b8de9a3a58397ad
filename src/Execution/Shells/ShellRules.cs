using System.Collections.Frozen;
using Lamina.Functions;

namespace Lamina.Execution.Shells;

/// <summary>
/// Which functions a waiting interpreter may serve. One that has started already cannot heed what decides how a process starts: a
/// function that sets such a variable, or a wrapper, gets a fresh one.
/// </summary>
internal static class ShellRules
{
    /// <summary>The variable by which our runtime clients know that they are to wait.</summary>
    public const string Marker = "_LAMINA_SHELL=1";

    /// <summary>What a waiting process asks for what it is to become.</summary>
    public const string Path = "/lamina/start";

    /// <summary>Where it asks again, once it has imported what it was told to.</summary>
    public const string PrimedPath = "/lamina/primed";

    /// <summary>Where it tells what it imports out of layers while it initialises.</summary>
    public const string LearntPath = "/lamina/learnt";

    /// <summary>By which a function says that nothing of its layers is to be prepared for it in advance: 0.</summary>
    internal const string PrimeVariable = "LAMINA_PRIME";

    /// <summary>What a waiting interpreter may use: the least that a function can be given.</summary>
    public const long MemoryBytes = 128 << 20;

    /// <summary>The size of its /tmp until it is known.</summary>
    public const long TmpBytes = 512 << 20;

    /// <summary>Where .NET makes the socket for its diagnostics when it starts; others look when they need a folder.</summary>
    private const string TemporaryFolder = "TMPDIR";

    private static readonly FrozenSet<string> Families = FrozenSet.Create(StringComparer.Ordinal, "python", "nodejs", "dotnet", "ruby");

    /// <summary>Read by the dynamic linker, the C library or the interpreter when a process starts, or when it first uses a library.</summary>
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal,
        "AWS_LAMBDA_EXEC_WRAPPER", "LANG", "LANGUAGE", "TZ", "PATH", "HOME", "GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "NLSPATH", "HOSTALIASES",
        "RES_OPTIONS", "LOCALDOMAIN", "NO_COLOR", "FORCE_COLOR", "TERM", "COLORTERM");

    private static readonly string[] Prefixes =
    [
        "LD_", "LC_", "PYTHON", "NODE_", "UV_", "V8_", "OPENSSL_", "SSL_", "MALLOC_", "RES_",
        "DOTNET_", "COMPlus_", "CORECLR_", "CLR_", "ASPNETCORE_", "ICU_", "RUBY", "GEM_", "BUNDLE_",
    ];

    /// <summary>Its variables when it is started: those that are the same for every function of the runtime.</summary>
    public static readonly FrozenSet<string> StartVariables = FrozenSet.Create(
        StringComparer.Ordinal,
        "PATH", "LD_LIBRARY_PATH", "LANG", "LC_CTYPE", "TZ", "PYTHONPATH", "NODE_PATH", "AWS_EXECUTION_ENV", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "DOTNET_GCHeapHardLimit", "DOTNET_ROOT", "SSL_CERT_FILE", "GEM_HOME", "GEM_PATH", "RUBYLIB");

    public static bool AllowInterpreter(string family, FunctionVersion function) => ObstacleOf(family, function) is null;

    /// <summary>Why no waiting interpreter may serve the function, as a clause; null when one may.</summary>
    public static string? ObstacleOf(string family, FunctionVersion function)
    {
        if (!Families.Contains(family))
        {
            return family == "provided" ? "what a custom runtime starts is the function's own" : $"{family} is not started in advance";
        }

        if (family == "dotnet" && function.Handler?.Contains(':', StringComparison.Ordinal) != true)
        {
            return "its handler names a program of its own";
        }

        string? decisive = function.Environment?.Keys.FirstOrDefault(name => !IsHarmless(name) || (family == "dotnet" && name == TemporaryFolder));
        return decisive is null ? null : $"its variable {decisive} decides how a process starts";
    }

    /// <summary>Whether what the function imports out of layers may be imported before its code is there.</summary>
    public static bool AllowPriming(string family, ShellKind kind, FunctionVersion function) =>
        family == "python" && kind.Interpreter is not null && !function.Layers.IsEmpty
            && function.Environment?.GetValueOrDefault(PrimeVariable) != "0";

    /// <summary>Of one version of a function: what is made in advance for whom.</summary>
    public static string NameOf(FunctionVersion function) => $"{function.Arn}:{function.Version}";

    private static bool IsHarmless(string name) =>
        !Names.Contains(name) && !Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
