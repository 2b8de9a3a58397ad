using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

/// <summary>What of a host folder stands at /var/cache/lamina.</summary>
public sealed class CacheFolderTests(JailedHost jailed) : IClassFixture<JailedHost>
{
    [Fact]
    public async Task It_can_be_read_and_not_written()
    {
        var spec = Spec() with { CacheDirectory = jailed.MakeTree(("kept/one", "compiled")) };

        var result = await jailed.RunAsync(spec, Shell("cd /var/cache/lamina; cat kept/one; echo; echo x > new; echo x > kept/one; rm kept/one; cat kept/one"));

        Assert.Equal("compiled", result.Lines[0]);
        Assert.Equal("compiled", result.Lines[^1]);
        Assert.Equal(3, result.Lines.Count(static line => line.EndsWith("Read-only file system", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_one_the_folder_is_empty()
    {
        var result = await jailed.RunAsync(Spec(), Shell("find /var/cache; touch /var/cache/lamina/x"));

        Assert.Equal(["/var/cache", "/var/cache/lamina"], result.Lines.Take(2));
        Assert.Contains("Read-only file system", result.Lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_not_there_is_a_fault_that_names_it()
    {
        var fault = await Assert.ThrowsAsync<SandboxException>(() => jailed.Host.CreateAsync(Spec() with { CacheDirectory = "/nonexistent/cache" }, CancellationToken.None));

        Assert.Contains("/nonexistent/cache", fault.Message, StringComparison.Ordinal);
    }
}
