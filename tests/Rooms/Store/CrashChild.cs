using System.Diagnostics;
using Lamina.Rooms.Tests.Layers;

namespace Lamina.Rooms.Tests.Store;

/// <summary>
/// A process that is killed in the middle of its work. It writes one line to standard output for each thing it has been promised;
/// what stands there must be found afterwards.
/// </summary>
internal static class CrashChild
{
    public const string Switch = "--crash-child";

    public static Task RunAsync(string role, string folder) => role switch
    {
        nameof(CrashTests.CommitForEverAsync) => CrashTests.CommitForEverAsync(folder),
        nameof(TreeCrashTests.PublishForEverAsync) => TreeCrashTests.PublishForEverAsync(folder),
        nameof(CollectionCrashTests.PublishSharedForEverAsync) => CollectionCrashTests.PublishSharedForEverAsync(folder),
        nameof(CollectionCrashTests.CollectForEverAsync) => CollectionCrashTests.CollectForEverAsync(folder),
        nameof(Images.ImageCrashTests.ImportForEverAsync) => Images.ImageCrashTests.ImportForEverAsync(folder),
        _ => throw new ArgumentException($"There is no child's role {role}."),
    };

    /// <summary>The child's work: each worker does one thing after another, and says what it has been promised by each.</summary>
    /// <param name="doAsync">Takes the worker's number and how many it has done before.</param>
    public static async Task WorkForEverAsync(int workers, Func<int, int, Task<string>> doAsync)
    {
        Lock output = new();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            for (int done = 0; ; done++)
            {
                string promised = await doAsync(worker, done);
                lock (output)
                {
                    Console.Out.WriteLine(promised);
                    Console.Out.Flush();
                }
            }
        })));
    }

    /// <summary>Starts the child, kills it once it has said <paramref name="lines"/> lines, and gives all whole lines it said.</summary>
    public static async Task<List<string>> RunAndKillAsync(string role, string folder, int lines)
    {
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Switch, role, folder])
        {
            RedirectStandardOutput = true,
        })!;
        List<string> said = [];
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            said.Add(line);
            if (said.Count == lines)
            {
                child.Kill(); // SIGKILL
            }
        }

        await child.WaitForExitAsync();
        Assert.True(said.Count >= lines, $"The child ended by itself after {said.Count} lines.");
        return said;
    }
}
