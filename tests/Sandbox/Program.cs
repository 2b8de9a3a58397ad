using Lamina.Sandbox.Tests.Support;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Lamina.Sandbox.Tests;

internal static class Program
{
    public static Task<int> Main(string[] args) =>
        args is [KillableServer.Verb, var runFolder, var marker] ? KillableServer.ServeAsync(runFolder, marker)
        : args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : ConsoleRunner.Run(args);
}
