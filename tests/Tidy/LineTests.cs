using System.Text.RegularExpressions;

namespace Lamina.Tidy.Tests;

public sealed partial class LineTests
{
    private const int MaxLength = 160;
    private const int LongLiteral = 40;

    [Fact]
    public void A_line_of_code_fits_a_screen_unless_it_is_mostly_a_text() => Repository.AssertNone(
        Repository.Lines(Repository.Sources.Where(static file => file.StartsWith("src/", StringComparison.Ordinal)))
            .Where(static line => line.Text.Length > MaxLength && !IsComment(line.Text) && !HoldsLongText(line.Text))
            .Select(static line => line.Place));

    [Fact]
    public void Code_is_not_folded_into_regions() => AssertNowhere(RegionStart());

    [Fact]
    public void Nothing_is_left_to_be_fixed() => AssertNowhere(Leftover());

    [Fact]
    public void What_is_to_be_done_has_an_issue() => AssertNowhere(ToDoWithoutIssue());

    [Fact]
    public void A_warning_is_switched_off_for_a_reason() => AssertNowhere(DisableWithoutReason());

    private static void AssertNowhere(Regex pattern) => Repository.AssertNone(
        Repository.Lines(Repository.Sources.Where(static file => !file.StartsWith("tests/Tidy/", StringComparison.Ordinal)
            && !file.StartsWith("eng/", StringComparison.Ordinal)))
            .Where(line => pattern.IsMatch(line.Text)).Select(static line => $"{line.Place}: {line.Text.Trim()}"));

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    private static bool HoldsLongText(string line) =>
        line.LastIndexOf('"') - line.IndexOf('"', StringComparison.Ordinal) >= LongLiteral;

    [GeneratedRegex(@"^\s*#region")]
    private static partial Regex RegionStart();

    [GeneratedRegex(@"\bFIXME\b|\bXXX\b|\bHACK\b")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"\bTODO\b(?!.*#\d+)")]
    private static partial Regex ToDoWithoutIssue();

    [GeneratedRegex(@"#pragma warning disable [^/]*$")]
    private static partial Regex DisableWithoutReason();
}
