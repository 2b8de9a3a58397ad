using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Lamina.Runtime;

/// <summary>
/// A process started in advance: it waits until it is told whose it is, and is then as if it had just been started. The platform lets
/// only those functions have one whose own configuration would have started the process in the same way.
/// </summary>
internal static class Shell
{
    private const string Marker = "_LAMINA_SHELL";

    private const string Assemblies = "TRUSTED_PLATFORM_ASSEMBLIES";

    private const string DependencyFiles = "APP_CONTEXT_DEPS_FILES";

    public static bool IsOne => Environment.GetEnvironmentVariable(Marker) is not null;

    public static void Wait(Connection connection)
    {
        SetVariables([.. Own(), "_LAMINA_REHEARSAL=1"]);
        Rehearsal.Run(connection);
        string[] ownSettings = ReadOwnSettings();
        RuntimeHelpers.PrepareMethod(((Delegate)SetProperties).Method.MethodHandle);
        Response answer = connection.Send("GET", "/lamina/start", [], null);
        if (answer.Status != 200)
        {
            throw new DisconnectedException($"the start was answered with {answer.Status}");
        }

        // Variables, then what AppContext is to hold, each NAME=value and ended by NUL, with an empty one between the two.
        string text = Encoding.UTF8.GetString(answer.Body);
        int end = text.IndexOf("\0\0", StringComparison.Ordinal);
        SetVariables(Entries(end < 0 ? text : text[..end]));
        if (end >= 0)
        {
            SetProperties(Entries(text[end..]), ownSettings);
        }

        Directory.SetCurrentDirectory(Environment.GetEnvironmentVariable("LAMBDA_TASK_ROOT")!);
    }

    private static string[] Entries(string text) => text.Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Own()
    {
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            yield return $"{variable.Key}={variable.Value}";
        }
    }

    /// <summary>For .NET, which keeps a copy, and for libraries that are not .NET's.</summary>
    private static void SetVariables(string[] variables)
    {
        HashSet<string> former = [.. Environment.GetEnvironmentVariables().Keys.Cast<string>()];
        _ = ClearNative();
        foreach (string variable in variables)
        {
            int equals = variable.IndexOf('=');
            (string name, string value) = (variable[..equals], variable[(equals + 1)..]);
            Environment.SetEnvironmentVariable(name, value);
            _ = SetNative(Encoding.UTF8.GetBytes(name + '\0'), Encoding.UTF8.GetBytes(value + '\0'), 1);
            former.Remove(name);
        }

        foreach (string name in former)
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    /// <summary>As if this process had been started with the function's two files: where these say nothing, so does it.</summary>
    private static void SetProperties(string[] properties, string[] ownSettings)
    {
        foreach (string name in ownSettings)
        {
            AppContext.SetData(name, null);
        }

        string client = typeof(Shell).Assembly.Location;
        foreach (string name in (string[])["NATIVE_DLL_SEARCH_DIRECTORIES", "PLATFORM_RESOURCE_ROOTS"])
        {
            AppContext.SetData(name, Without(name, $"{Path.GetDirectoryName(client)}/"));
        }

        foreach (string property in properties)
        {
            int equals = property.IndexOf('=');
            (string name, string value) = (property[..equals], property[(equals + 1)..]);
            AppContext.SetData(name, name switch
            {
                Assemblies => value + Without(name, client),
                DependencyFiles => $"{value};{AppContext.GetData("FX_DEPS_FILE")}",
                _ => value,
            });
        }
    }

    /// <summary>The names in our own configuration, which is for functions that have none.</summary>
    private static string[] ReadOwnSettings()
    {
        using var own = JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(typeof(Shell).Assembly.Location, ".runtimeconfig.json")));
        return [.. own.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties").EnumerateObject().Select(static setting => setting.Name)];
    }

    private static string Without(string name, string entry) => string.Join(':', ((string?)AppContext.GetData(name) ?? "").Split(':').Where(other => other != entry));

    // A copy is kept of each. No other thread of this process reads them: .NET has its own, and the C library reads them when it is called.
    [DllImport("libc", EntryPoint = "clearenv")]
    private static extern int ClearNative();

    [DllImport("libc", EntryPoint = "setenv")]
    private static extern int SetNative(byte[] name, byte[] value, int overwrite);
}
