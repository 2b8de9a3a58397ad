using System.Globalization;
using Lamina.Access.Sessions;
using Lamina.Functions;

namespace Lamina.Execution.Environments;

/// <summary>The variables in which one family of runtimes differs from the others (recorded from AWS by introspection).</summary>
internal static class RuntimeVariables
{
    /// <summary>Until Java 11, Lambda named the credentials as the first SDK for Java read them, too.</summary>
    private const int LastJavaWithOldNames = 11;

    /// <summary>The share of the memory that .NET gives its heap in a container of that size; it sees no container here.</summary>
    private const double DotnetHeap = 0.75;

    public static void Add(Dictionary<string, string> variables, FunctionVersion function)
    {
        string runtime = function.Runtime!;
        switch (RuntimeCatalog.FamilyOf(runtime))
        {
            case "python":
                AddPython(variables, RuntimeCatalog.VersionOf(runtime));
                break;
            case "nodejs":
                // AWS also sets NODE_EXTRA_CA_CERTS for 16 and 18: it costs 35 ms of every start and names a file that only AWS has.
                variables["NODE_PATH"] = string.Create(
                    CultureInfo.InvariantCulture,
                    $"/opt/nodejs/node{RuntimeCatalog.VersionOf(runtime).Major}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task");
                break;
            case "ruby":
                AddRuby(variables, RuntimeCatalog.VersionOf(runtime));
                break;
            case "java":
                // Started by no shell.
                variables.Remove("PWD");
                variables.Remove("SHLVL");
                break;
            case "dotnet":
                AddDotnet(variables, runtime, function.MemorySizeMiB);
                break;
        }
    }

    public static void AddCredentials(Dictionary<string, string> variables, string runtime, SessionCredentials credentials)
    {
        if (RuntimeCatalog.FamilyOf(runtime) == "java" && RuntimeCatalog.VersionOf(runtime).Major <= LastJavaWithOldNames)
        {
            variables["AWS_ACCESS_KEY"] = credentials.AccessKeyId;
            variables["AWS_SECRET_KEY"] = credentials.SecretAccessKey;
        }
    }

    private static void AddPython(Dictionary<string, string> variables, Version version)
    {
        variables["PYTHONPATH"] = "/var/runtime";
        if (version.Minor >= 12)
        {
            variables["LC_CTYPE"] = "C.UTF-8";
        }
    }

    // The first folder of RUBYLIB is AWS's own client's, which is not here. Its wrapper names /var/lang twice.
    private static void AddRuby(Dictionary<string, string> variables, Version version)
    {
        string abi = string.Create(CultureInfo.InvariantCulture, $"{version.Major}.{version.Minor}.0");
        variables["GEM_HOME"] = "/var/runtime";
        variables["GEM_PATH"] = $"/var/task/vendor/bundle/ruby/{abi}:/opt/ruby/gems/{abi}:/var/runtime:/var/runtime/ruby/{abi}";
        variables["RUBYLIB"] = "/var/task:/var/runtime/lib:/opt/ruby/lib";
        variables["PATH"] = $"/var/lang/bin:{variables["PATH"]}";
        variables["LD_LIBRARY_PATH"] = $"/var/lang/lib:{variables["LD_LIBRARY_PATH"]}";
    }

    // Our client takes the heap's limit out of the environment again before the function's code sees it.
    private static void AddDotnet(Dictionary<string, string> variables, string runtime, int memoryMiB)
    {
        variables["DOTNET_GCHeapHardLimit"] = ((long)(memoryMiB * 1024L * 1024 * DotnetHeap)).ToString("X", CultureInfo.InvariantCulture);
        variables["DOTNET_ROOT"] = "/var/lang/bin";
        variables["LAMBDA_RUNTIME_NAME"] = runtime;
        if (runtime == "dotnet8")
        {
            variables["SSL_CERT_FILE"] = "/var/runtime/empty-certificates.crt";
        }
    }
}
