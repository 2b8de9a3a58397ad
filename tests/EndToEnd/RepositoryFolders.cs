namespace Lamina.EndToEnd.Tests;

/// <summary>Where the built server and the cache of tools are, found from where the tests themselves were built.</summary>
internal static class RepositoryFolders
{
    public static string Root { get; } = FindRoot();

    /// <summary>What tests install; ignored by git.</summary>
    public static string Tools { get; } = Path.Combine(Root, ".tools");

    public static string Clients { get; } = Path.Combine(AppContext.BaseDirectory, "clients");

    /// <summary>Which of AWS's runtime interface clients the tests install.</summary>
    public static string RuntimeClients { get; } = Path.Combine(AppContext.BaseDirectory, "ric");

    /// <summary>Which Node.js the tests install, beside the machine's own.</summary>
    public static string NodePackage { get; } = Path.Combine(AppContext.BaseDirectory, "node");

    /// <summary>A CDK application, and which CDK the tests install.</summary>
    public static string Cdk { get; } = Path.Combine(AppContext.BaseDirectory, "cdk");

    /// <summary>As these tests were built: <c>release</c>.</summary>
    public static string Configuration { get; } = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    /// <summary>The server of the same configuration as these tests.</summary>
    public static string Server() => Built("Server", "lamina-server");

    /// <summary>The command line of the same configuration as these tests.</summary>
    public static string CommandLine() => Built("Cli", "lamina-cli");

    private static string Built(string project, string program)
    {
        string path = Path.Combine("artifacts", "bin", project, Configuration, program);
        string[] places = [Path.Combine(Root, "src", path), Path.Combine(Root, path)];
        return Array.Find(places, File.Exists)
            ?? throw new FileNotFoundException($"No {program} was built at {string.Join(" or ", places)}.");
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Lamina.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
    }
}
