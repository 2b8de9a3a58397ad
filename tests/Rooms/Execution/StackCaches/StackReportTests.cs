using System.Text;
using Lamina.Contract;
using Lamina.Execution.StackCaches;

namespace Lamina.Rooms.Tests.Execution.StackCaches;

/// <summary>What a sandbox says of what it has loaded; anybody in it can say anything.</summary>
public sealed class StackReportTests
{
    [Fact]
    public void It_names_what_was_loaded_once_each_in_its_order()
    {
        StackReport report = Parse("loaded 183.5\nrequire /opt/nodejs/node_modules/@a/b/index.js\nimport /opt/c.mjs\nclass com.example.A$1\nimport /opt/c.mjs")!;

        Assert.Equal(TimeSpan.FromMilliseconds(183.5), report.Duration);
        Assert.Equal(["require /opt/nodejs/node_modules/@a/b/index.js", "import /opt/c.mjs", "class com.example.A$1"], report.Units);
    }

    [Theory]
    [InlineData("")]
    [InlineData("loaded 1")]
    [InlineData("require /opt/a.js")]
    [InlineData("loaded\nrequire /opt/a.js")]
    [InlineData("loaded -1\nrequire /opt/a.js")]
    [InlineData("loaded 1e300\nrequire /opt/a.js")]
    [InlineData("loaded 900001\nrequire /opt/a.js")]
    [InlineData("loaded NaN\nrequire /opt/a.js")]
    [InlineData("loaded 1\nrequire /var/task/a.js")]
    [InlineData("loaded 1\nrequire /opt")]
    [InlineData("loaded 1\nrequire /opt/")]
    [InlineData("loaded 1\nrequire /opt/../etc/passwd")]
    [InlineData("loaded 1\nrequire /opt/a/..")]
    [InlineData("loaded 1\nrequire /opt/./a.js")]
    [InlineData("loaded 1\nrequire /opt//a.js")]
    [InlineData("loaded 1\nrequire /opt/a b.js")]
    [InlineData("loaded 1\nrequire /opt/a.js\r")]
    [InlineData("loaded 1\nrequire /opt/\u00e4.js")]
    [InlineData("loaded 1\nrequire /opt/a\0.js")]
    [InlineData("loaded 1\nclass /opt/a.js")]
    [InlineData("loaded 1\nclass a..b")]
    [InlineData("loaded 1\nclass a;b")]
    [InlineData("loaded 1\nexec /opt/a.js")]
    [InlineData("loaded 1\nrequire /opt/a.js\nfault x")]
    public void Whatever_is_not_as_it_should_be_makes_the_whole_of_no_use(string text) => Assert.Null(Parse(text));

    [Fact]
    public void Nothing_is_too_long()
    {
        Assert.Null(StackReport.Parse(null));
        Assert.Null(Parse($"loaded 1\nrequire /opt/{new string('a', 600)}"));
        string most = string.Concat(Enumerable.Range(0, Limits.StackCacheUnits).Select(static i => $"\nclass a.B{i}"));
        Assert.Equal(Limits.StackCacheUnits, Parse($"loaded 1{most}")!.Units.Length);
        Assert.Null(Parse($"loaded 1{most}\nclass a.C"));
    }

    private static StackReport? Parse(string text) => StackReport.Parse(Encoding.UTF8.GetBytes(text));
}
