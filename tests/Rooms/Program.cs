using Lamina.Rooms.Tests.Store;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Lamina.Rooms.Tests;

/// <summary>Runs the tests as xunit's own entry point does; or, as a child of a crash test, does what is to be interrupted.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [CrashChild.Switch, var role, var folder])
        {
            await CrashChild.RunAsync(role, folder);
            return 0;
        }

        return args.Any(arg => arg is "--server" or "--internal-msbuild-node")
            ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await ConsoleRunner.Run(args);
    }
}
