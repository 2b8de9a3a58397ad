using System.Text.RegularExpressions;

namespace Lamina.Tidy.Tests;

public sealed partial class SpecificationTests
{
    [Fact]
    public void Every_test_that_the_specification_names_exists()
    {
        string text = File.ReadAllText(Repository.PathOf("docs/specification.md"));
        string[] named = [.. TestName().Matches(text).Select(static match => $"tests/{match.Value}").Distinct()];

        Assert.NotEmpty(named);
        Repository.AssertNone(named.Where(static name =>
            !File.Exists(Repository.PathOf($"{name}.cs")) && !Directory.Exists(Repository.PathOf(name))));
    }

    /// <summary>Samples: <c>EndToEnd/CrashTests</c>, <c>Rooms/Functions/FunctionStateTests</c>, <c>Rooms/Cli</c>.</summary>
    [GeneratedRegex("(EndToEnd|Rooms|Sandbox|Tidy)(/[A-Za-z0-9]+)+")]
    private static partial Regex TestName();
}
