using System.Text.Json.Nodes;
using Lamina.Rooms.Tests.Server;

namespace Lamina.Rooms.Tests.Cli;

/// <summary>The verbs that look at layers, as programs against a server.</summary>
public sealed class InspectionVerbTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    [Fact]
    public async Task A_folder_is_checked_without_being_stored_and_strict_fails_for_warnings()
    {
        using TemporaryFolder folder = new();
        string site = Directory.CreateDirectory(Path.Combine(folder.Path, "site-packages")).FullName;
        await File.WriteAllTextAsync(Path.Combine(site, "a.py"), "1");

        LaminaOutcome plain = await RunAsync("layer", "check", folder.Path);
        LaminaOutcome strict = await RunAsync("layer", "check", folder.Path, "--strict", "--json");
        LaminaOutcome layers = await RunAsync("layer", "list", "--json");

        Assert.Equal((0, 1), (plain.ExitCode, strict.ExitCode));
        Assert.Contains("warning /opt/site-packages  [folder-not-looked-at", plain.Output, StringComparison.Ordinal);
        Assert.Contains("errors: 0, warnings: 1, advice: 0", plain.Output, StringComparison.Ordinal);
        Assert.Equal("folder-not-looked-at", (string?)JsonNode.Parse(strict.Output)!["findings"]![0]!["code"]);
        Assert.DoesNotContain(Path.GetFileName(folder.Path), layers.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Advice_alone_does_not_fail_strict()
    {
        using TemporaryFolder folder = new();
        string tests = Directory.CreateDirectory(Path.Combine(folder.Path, "python", "a", "tests")).FullName;
        await File.WriteAllTextAsync(Path.Combine(tests, "t.py"), "1");

        LaminaOutcome outcome = await RunAsync("layer", "check", folder.Path, "--strict");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("advice /opt/python/a/tests", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_published_version_is_shown_and_compared_with_a_folder()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "same"), "1");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "grown"), "1");
        Assert.Equal(0, (await RunAsync("layer", "publish", folder.Path, "--name", "shown")).ExitCode);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "grown"), "12345");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "new"), "1");

        LaminaOutcome show = await RunAsync("layer", "show", "shown:1");
        LaminaOutcome difference = await RunAsync("layer", "diff", "shown", folder.Path);

        Assert.Contains("grown", show.Output, StringComparison.Ordinal);
        Assert.Contains("0.0 %", show.Output, StringComparison.Ordinal);
        Assert.Contains("added: 1, removed: 0, changed: 1, unchanged files: 1, bytes: 2 -> 7", difference.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_tree_is_folded_unless_all_of_it_is_asked_for()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 300; i++)
        {
            string inner = Directory.CreateDirectory(Path.Combine(folder.Path, "data", $"part{i % 3}")).FullName;
            await File.WriteAllTextAsync(Path.Combine(inner, $"file{i}"), "1");
        }

        Assert.Equal(0, (await RunAsync("layer", "publish", folder.Path, "--name", "large")).ExitCode);
        LaminaOutcome folded = await RunAsync("layer", "show", "large");
        LaminaOutcome all = await RunAsync("layer", "show", "large", "--all");

        Assert.Contains("/… (100 files, 100 B)", folded.Output, StringComparison.Ordinal);
        Assert.Contains("--all opens them", folded.Error, StringComparison.Ordinal);
        Assert.Equal(300, all.Output.Split('\n').Count(static line => line.Contains("── file", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_layer_of_another_account_is_not_shown()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "secret"), "1");
        LaminaOutcome published = await RunAsync("layer", "publish", folder.Path, "--name", "private", "--account", "111122223333");

        LaminaOutcome outcome = await RunAsync("layer", "show", published.Output.Trim(), "--account", "444455556666");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("AccessDeniedException", outcome.Error, StringComparison.Ordinal);
    }

    private Task<LaminaOutcome> RunAsync(params string[] arguments) =>
        LaminaProcess.RunAsync([.. arguments, "--endpoint", house.Address.ToString()]);
}
