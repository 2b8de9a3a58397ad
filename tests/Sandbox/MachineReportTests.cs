using Lamina.Sandbox.Tests.Support;

namespace Lamina.Sandbox.Tests;

public sealed class MachineReportTests
{
    [Fact]
    public async Task A_machine_that_runs_these_tests_is_reported_able_with_a_fix_for_all_that_is_not_ok()
    {
        var scratch = Directory.CreateTempSubdirectory("lamina-doctor").FullName;
        var report = await MachineReport.ProbeAsync(JailedHost.JailPath, scratch, CancellationToken.None);

        Assert.True(report.CanRun, string.Join('\n', report.Checks));
        Assert.Equal(
            [
                "kernel", "C compiler", "pidfd", "seccomp", "user namespaces", "file owners",
                "cgroup memory", "cgroup cpu", "cgroup pids", "cgroup freezer", "overlayfs", "network namespaces",
            ],
            report.Checks.Select(check => check.Name));
        Assert.All(report.Checks, check => Assert.Equal(check.State == MachineState.Ok, check.Fix.Length == 0 && check.Meaning.Length == 0));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));
        Directory.Delete(scratch);
    }

    [Fact]
    public async Task Without_a_jail_the_report_says_what_to_do()
    {
        var scratch = Directory.CreateTempSubdirectory("lamina-doctor").FullName;
        var report = await MachineReport.ProbeAsync("/nowhere/lamina-jail", scratch, CancellationToken.None);
        Assert.False(report.CanRun);
        Assert.Contains("/nowhere/lamina-jail", Assert.Single(report.Checks, check => check.Name == "jail").Found, StringComparison.Ordinal);
        Directory.Delete(scratch);
    }
}
