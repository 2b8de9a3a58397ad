using System.Runtime.CompilerServices;
using Lamina.Sandbox.Tests.Support;

namespace Lamina.Sandbox.Tests;

public sealed class FuzzTests
{
    /// <summary>A longer run: LAMINA_FUZZ_COUNT=100000000 LAMINA_FUZZ_SEED=7.</summary>
    private static readonly string Count = Environment.GetEnvironmentVariable("LAMINA_FUZZ_COUNT") ?? "200000";

    private static readonly string Seed = Environment.GetEnvironmentVariable("LAMINA_FUZZ_SEED") ?? "1";

    [Fact]
    public async Task The_jails_decoder_survives_broken_messages()
    {
        var folder = Directory.CreateTempSubdirectory("lamina-fuzz").FullName;
        try
        {
            var here = SourceFolder();
            var jail = Path.Combine(here, "../../src/Sandbox/jail");
            await Tools.CompileAsync(here, "fuzz/plan_fuzz.c", Path.Combine(folder, "fuzz"),
                "-std=gnu17", "-D_GNU_SOURCE", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I", jail,
                Path.Combine(jail, "plan.c"), Path.Combine(jail, "wire.c"));
            Assert.Contains("accepted", await Tools.RunAsync(Path.Combine(folder, "fuzz"), Seed, Count), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
