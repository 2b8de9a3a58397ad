using System.Text;
using Lamina.Companions.Logs;
using Lamina.Contract;

namespace Lamina.Rooms.Tests.Companions;

public sealed class FilterPatternTests
{
    [Theory]
    [InlineData("", "anything", true)]
    [InlineData("ERROR", "an ERROR here", true)]
    [InlineData("ERROR", "an error here", false)]
    [InlineData("ERROR timeout", "timeout ERROR", true)]
    [InlineData("ERROR timeout", "ERROR", false)]
    [InlineData("\"took 3 ms\"", "it took 3 ms", true)]
    [InlineData("\"a \\\"b\\\"\"", "a \"b\"", true)]
    [InlineData("ERROR -\"health check\"", "ERROR in health check", false)]
    [InlineData("ERROR -\"health check\"", "ERROR in order", true)]
    [InlineData("-DEBUG", "INFO", true)]
    [InlineData("?ERROR ?WARN", "WARN", true)]
    [InlineData("?ERROR ?WARN", "INFO", false)]
    [InlineData("%E[0-9]+%", "code E42", true)]
    [InlineData("%^E[0-9]+$%", "code E42", false)]
    public void Terms(string pattern, string message, bool matches) => Check(pattern, message, matches);

    [Theory]
    [InlineData("{ $.level = \"error\" }", """{"level":"error"}""", true)]
    [InlineData("{ $.level = error }", """{"level":"error"}""", true)]
    [InlineData("{ $.level = \"err*\" }", """{"level":"error"}""", true)]
    [InlineData("{ $.level != \"error\" }", """{"level":"info"}""", true)]
    [InlineData("{ $.level != \"error\" }", """{"other":1}""", false)]
    [InlineData("{ $.ms > 100 && $.ms <= 200 }", """{"ms":200}""", true)]
    [InlineData("{ $.ms > 100 && $.ms <= 200 }", """{"ms":100}""", false)]
    [InlineData("{ $.ms = 1e3 }", """{"ms":1000.0}""", true)]
    [InlineData("{ $.a.b[1].c = \"x\" }", """{"a":{"b":[{"c":"y"},{"c":"x"}]}}""", true)]
    [InlineData("{ $.a.b[2].c = \"x\" }", """{"a":{"b":[{"c":"y"},{"c":"x"}]}}""", false)]
    [InlineData("{ ($.a = 1 || $.b = 2) && $.c = 3 }", """{"b":2,"c":3}""", true)]
    [InlineData("{ $.a = 1 || $.b = 2 && $.c = 3 }", """{"a":1,"c":0}""", true)]
    [InlineData("{ $.a IS NULL }", """{"a":null}""", true)]
    [InlineData("{ $.a IS NULL }", """{}""", false)]
    [InlineData("{ $.a IS TRUE }", """{"a":true}""", true)]
    [InlineData("{ $.a NOT EXISTS }", """{"b":1}""", true)]
    [InlineData("{ $.a = %^4..$% }", """{"a":404}""", true)]
    [InlineData("{ $.a = 1 }", "no JSON at all: a = 1", false)]
    [InlineData("{ $.a = 1 }", "{ broken", false)]
    public void Members_of_JSON(string pattern, string message, bool matches) => Check(pattern, message, matches);

    [Theory]
    [InlineData("[ip, user, status]", "1.2.3.4 ann 200", true)]
    [InlineData("[ip, user, status]", "1.2.3.4 ann", false)]
    [InlineData("[ip, user, status=4*]", "1.2.3.4 ann 404", true)]
    [InlineData("[ip, user, status=4*]", "1.2.3.4 ann 500", false)]
    [InlineData("[..., status = 404 || status = 410, bytes > 10]", "a b c d 410 11", true)]
    [InlineData("[ip, ..., bytes]", "a \"GET /x y\" [10/Oct] 5", true)]
    [InlineData("[ip, request = \"GET *\", at, bytes]", "a \"GET /x y\" [10 Oct] 5", true)]
    public void Fields_of_a_line(string pattern, string message, bool matches) => Check(pattern, message, matches);

    [Theory]
    [InlineData("{ $.a }")]
    [InlineData("{ $.a = }")]
    [InlineData("{ $.a > x }")]
    [InlineData("{ ($.a = 1 }")]
    [InlineData("[a, ..., b, ..., c]")]
    [InlineData("\"open")]
    [InlineData("a.b.c")]
    [InlineData("%(%")]
    [InlineData("{ $.a = 1 } }")]
    public void What_is_no_pattern_is_refused(string pattern) =>
        Assert.Equal("InvalidParameterException", Assert.Throws<AwsError>(() => FilterPattern.Parse(pattern)).Code);

    [Fact]
    public void A_pattern_nested_without_end_is_refused() =>
        Assert.Throws<AwsError>(() => FilterPattern.Parse($"{{ {new string('(', 5_000)}$.a = 1{new string(')', 5_000)} }}"));

    private static void Check(string pattern, string message, bool matches) =>
        Assert.Equal(matches, FilterPattern.Parse(pattern).Matches(Encoding.UTF8.GetBytes(message)));
}
