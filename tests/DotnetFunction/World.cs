using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text;

namespace DotnetFunction;

/// <summary>What a function can see of the process in which it runs.</summary>
public sealed class World
{
    private static readonly string[] Told =
    [
        "NATIVE_DLL_SEARCH_DIRECTORIES", "PLATFORM_RESOURCE_ROOTS", "APP_CONTEXT_BASE_DIRECTORY", "APP_CONTEXT_DEPS_FILES", "FX_DEPS_FILE",
        "PROBING_DIRECTORIES", "RUNTIME_IDENTIFIER", "STARTUP_HOOKS", "APP_PATHS", "System.GC.Server", "System.Globalization.Invariant",
        "System.Globalization.PredefinedCulturesOnly", "System.Reflection.Metadata.MetadataUpdater.IsSupported",
        "System.Runtime.Serialization.EnableUnsafeBinaryFormatterSerialization", "System.Runtime.TieredPGO",
    ];

    /// <param name="without">Variables that are another in each environment.</param>
    public SortedDictionary<string, object?> See(string[] without) => new(StringComparer.Ordinal)
    {
        ["variables"] = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Where(one => !without.Contains((string)one.Key))
            .Select(static one => $"{one.Key}={one.Value}").Order(StringComparer.Ordinal),
        ["native"] = string.Join(' ', NativeOf("TABLE"), NativeOf("TZ"), NativeOf("DOTNET_ROOT"), NativeOf("DOTNET_TieredPGO"), NativeOf("_LAMINA_SHELL"), NativeOf("PWD")),
        ["arguments"] = Environment.GetCommandLineArgs(),
        ["cwd"] = Environment.CurrentDirectory,
        ["base"] = AppContext.BaseDirectory,
        ["told"] = Told.Select(static name => $"{name}={AppContext.GetData(name)}"),
        ["assemblies"] = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Order(StringComparer.Ordinal),
        ["entry"] = $"{Assembly.GetEntryAssembly()} {AppContext.TargetFrameworkName} {typeof(World).Assembly.Location}",
        ["contexts"] = AssemblyLoadContext.All.Select(static context => context.Name),
        ["beside"] = typeof(System.IO.Hashing.Crc32).Assembly.Location + Assembly.Load("System.IO.Hashing").Location,
        ["culture"] = $"{CultureInfo.CurrentCulture.Name} {CultureInfo.CurrentUICulture.Name} {TimeZoneInfo.Local.Id} {"straße".ToUpper(CultureInfo.CurrentCulture)} {IsCulture("de-DE")}",
        ["encoding"] = $"{Console.OutputEncoding.WebName} {Console.InputEncoding.WebName} {Encoding.Default.WebName} {Console.IsOutputRedirected}",
        ["heap"] = GC.GetConfigurationVariables().Select(static one => $"{one.Key}={one.Value}"),
        ["memory"] = $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes} {GC.GetGCMemoryInfo().HighMemoryLoadThresholdBytes} {GC.CollectionCount(0)} {System.Runtime.GCSettings.LatencyMode}",
        ["threads"] = Threads(),
        ["status"] = File.ReadLines("/proc/self/status").Where(static line =>
            line.StartsWith("Sig", StringComparison.Ordinal) || line.StartsWith("Cap", StringComparison.Ordinal) || line.StartsWith("Umask", StringComparison.Ordinal)
            || line.StartsWith("Seccomp:", StringComparison.Ordinal) || line.StartsWith("Uid", StringComparison.Ordinal) || line.StartsWith("PPid", StringComparison.Ordinal))
            .Where(static line => !line.StartsWith("SigQ", StringComparison.Ordinal)),
        // Without the framework's assemblies that are loaded.
        ["files"] = Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(static path => new FileInfo(path).LinkTarget?.Split(':')[0] ?? "")
            .Where(static target => !target.StartsWith("/var/lang/", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        ["mounts"] = File.ReadLines("/proc/self/mountinfo").Select(static line => line.Split(' ')[4]).Order(StringComparer.Ordinal),
        ["opt"] = Directory.EnumerateFileSystemEntries("/opt").Order(StringComparer.Ordinal),
        ["tmp"] = Directory.EnumerateFileSystemEntries("/tmp").Select(static path => path.Split('-')[0]).Order(StringComparer.Ordinal),
        ["trace"] = Activity.Current?.Id,
    };

    /// <summary>Differs from process to process.</summary>
    public static string[] Roll() => [Guid.NewGuid().ToString(), $"{new Random().NextInt64()}", $"{"x".GetHashCode(StringComparison.Ordinal)}", $"{HashCode.Combine(1)}"];

    public static string Fail() => throw new InvalidOperationException("asked to fail");

    public static string Throw() => Broken.Value;

    private static string Threads()
    {
        ThreadPool.GetMinThreads(out int least, out int leastForIo);
        ThreadPool.GetMaxThreads(out int most, out int mostForIo);
        return $"{least} {leastForIo} {most} {mostForIo} {Environment.ProcessorCount} {Thread.CurrentThread.IsThreadPoolThread} {Thread.CurrentThread.Name}";
    }

    private static bool IsCulture(string name)
    {
        try
        {
            return CultureInfo.GetCultureInfo(name).Name == name;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }

    // As a library that is not .NET's reads it.
    private static string NativeOf(string name) => Marshal.PtrToStringUTF8(GetVariable(Encoding.UTF8.GetBytes(name + '\0'))) ?? "none";

    [DllImport("libc", EntryPoint = "getenv")]
    private static extern nint GetVariable(byte[] name);

    private static class Broken
    {
        public static readonly string Value = File.ReadAllText("/no/such/file");
    }
}

/// <summary>Cannot be made.</summary>
public sealed class Unmade
{
    public Unmade() => throw new InvalidOperationException("cannot be made");

    public string Handle(string input) => input;
}
