using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

public sealed class ProcessTests(JailedHost jailed) : IClassFixture<JailedHost>
{
    [Fact]
    public async Task A_program_runs_and_its_output_and_status_come_back()
    {
        var result = await jailed.RunAsync(Spec(), Shell("echo hello; echo trouble >&2; exit 7"));
        Assert.Equal("hello\ntrouble\n", result.Output);
        Assert.Equal(new ProcessExit(7, null, false), result.Exit);
    }
}
