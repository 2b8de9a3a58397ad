using System.Diagnostics;

namespace Lamina.Tidy.Tests;

/// <summary>The files that git tracks or would track, by path from the root.</summary>
internal static class Repository
{
    private static readonly string[] Binary = [".zip", ".png", ".ico", ".gz", ".woff2"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static IEnumerable<string> TextFiles => Files.Where(static file => !Binary.Contains(Path.GetExtension(file)));

    /// <summary>C# that people write.</summary>
    public static IEnumerable<string> Sources =>
        Files.Where(static file => file.EndsWith(".cs", StringComparison.Ordinal) && !file.Contains("/Generated/", StringComparison.Ordinal));

    public static string PathOf(string file) => Path.Combine(Root, file);

    public static string[] ReadLines(string file) => File.ReadAllLines(PathOf(file));

    /// <summary>Lines with their place, as <c>file:line: text</c>.</summary>
    public static IEnumerable<(string Place, string Text)> Lines(IEnumerable<string> files) =>
        files.SelectMany(static file => ReadLines(file).Select((text, index) => ($"{file}:{index + 1}", text)));

    /// <summary>Fails with every offender, one a line.</summary>
    public static void AssertNone(IEnumerable<string> offenders) => Assert.Equal("", string.Join('\n', offenders));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Lamina.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }

    private static IReadOnlyList<string> ListFiles()
    {
        ProcessStartInfo start = new("git", ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using Process git = Process.Start(start)!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(static file => File.Exists(PathOf(file))).Order(StringComparer.Ordinal)];
    }
}
