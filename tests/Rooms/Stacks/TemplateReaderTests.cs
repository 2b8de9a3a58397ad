using System.Text;
using Lamina.Stacks.Templates;

namespace Lamina.Rooms.Tests.Stacks;

public sealed class TemplateReaderTests
{
    [Theory]
    [InlineData("!Ref A", """{"Ref":"A"}""")]
    [InlineData("!Condition A", """{"Condition":"A"}""")]
    [InlineData("!GetAtt A.B.C", """{"Fn::GetAtt":["A","B.C"]}""")]
    [InlineData("!GetAtt [A, B]", """{"Fn::GetAtt":["A","B"]}""")]
    [InlineData("!Sub ${A}", """{"Fn::Sub":"${A}"}""")]
    [InlineData("!Sub ['${a}', {a: !Ref A}]", """{"Fn::Sub":["${a}",{"a":{"Ref":"A"}}]}""")]
    [InlineData("!Join [',', [a, !Ref B]]", """{"Fn::Join":[",",["a",{"Ref":"B"}]]}""")]
    [InlineData("!If [C, 1, !Ref AWS::NoValue]", """{"Fn::If":["C",1,{"Ref":"AWS::NoValue"}]}""")]
    [InlineData("!Transform {Name: X}", """{"Fn::Transform":{"Name":"X"}}""")]
    [InlineData("!Base64 1", """{"Fn::Base64":"1"}""")]
    public void Short_forms_of_intrinsic_functions_are_written_out(string yaml, string json) => Assert.Equal(json, JsonOf($"v: {yaml}"));

    [Theory]
    [InlineData("yes", "true")]
    [InlineData("Off", "false")]
    [InlineData("'yes'", "\"yes\"")]
    [InlineData("y", "\"y\"")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("0644", "420")]
    [InlineData("0o644", "\"0o644\"")]
    [InlineData("0x1F", "31")]
    [InlineData("0b101", "5")]
    [InlineData("1:30", "90")]
    [InlineData("-1_000", "-1000")]
    [InlineData("012345678901", "\"012345678901\"")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("1.0", "1.0")]
    [InlineData("1.50", "1.5")]
    [InlineData("1e3", "\"1e3\"")]
    [InlineData("1.0e+3", "1000.0")]
    [InlineData("1.0e+20", "1e+20")]
    [InlineData("2012-10-17", "\"2012-10-17\"")]
    [InlineData("2001-12-14t21:59:43.10-05:00", "\"2001-12-14t21:59:43.10-05:00\"")]
    [InlineData("!!str 1", "\"1\"")]
    [InlineData("!!int '7'", "7")]
    public void Scalars_are_read_as_CloudFormation_reads_them(string yaml, string json) => Assert.Equal(json, JsonOf($"v: {yaml}"));

    [Fact]
    public void Anchors_are_copied_and_merged_under_a_map_s_own_keys() => Assert.Equal(
        """{"a":1,"c":4,"b":3}""",
        JsonOf("x: &x {a: 1, b: 2}\ny: &y {a: 5, c: 4}\nv: {<<: [*x, *y], b: 3}"));

    [Fact]
    public void A_copy_of_an_anchor_changes_alone()
    {
        TemplateMap root = (TemplateMap)Read("a: &a {x: {y: 1}}\nb: *a");
        ((TemplateMap)((TemplateMap)root["b"]!)["x"]!)["y"] = 2;

        Assert.Equal("""{"a":{"x":{"y":1}},"b":{"x":{"y":2}}}""", PythonJson.Canonical.Write(root));
    }

    [Fact]
    public void Keys_that_are_no_strings_become_strings() =>
        Assert.Equal("""{"1":"a","200":"b","true":"c","null":"d"}""", JsonOf("v: {1: a, 200: b, yes: c, ~: d}"));

    [Theory]
    [InlineData("a: 1\nb:\n  c: 1\n  c: 2\n", 4, 3, "The key 'c' stands twice in one map.")]
    [InlineData("{\"a\": 1,\n  \"a\": 2}", 2, 3, "The key 'a' stands twice in one map.")]
    [InlineData("a: *b", 1, 4, "The alias '*b' names no anchor before it.")]
    [InlineData("a: 1\n---\nb: 2\n", 2, 1, "A template is one document; a second one starts here.")]
    [InlineData("? [a]\n: 1", 1, 3, "A key is a string, not a map or a list.")]
    [InlineData("a: !!int x", 1, 4, "'x' does not go with the tag 'tag:yaml.org,2002:int'.")]
    [InlineData("a: {<<: text}", 1, 5, "'<<' takes a map or a list of maps.")]
    public void A_document_that_cannot_be_read_says_where(string text, int line, int column, string message)
    {
        TemplateException fault = Assert.Throws<TemplateException>(() => Read(text));

        Assert.Equal(new TemplatePosition(line, column), fault.Position);
        Assert.Equal(message, fault.Message);
    }

    [Theory]
    [InlineData("a: [1\nb: 2")]
    [InlineData("{\"a\": 1]")]
    [InlineData("a: \tb: c: d")]
    [InlineData("{\"a\": \"\\ud800\"}")]
    public void A_document_that_is_neither_YAML_nor_JSON_says_where(string text) =>
        Assert.True(Assert.Throws<TemplateException>(() => Read(text)).Position.Line >= 1);

    [Fact]
    public void Aliases_that_multiply_are_refused()
    {
        StringBuilder bomb = new("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int level = 1; level < 12; level++)
        {
            bomb.Append('a').Append(level).Append(": &a").Append(level).Append(" [").AppendJoin(", ", Enumerable.Repeat($"*a{level - 1}", 10)).Append("]\n");
        }

        TemplateException fault = Assert.Throws<TemplateException>(() => Read(bomb.ToString()));

        Assert.Contains("more than 500000 values", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Nesting_without_end_is_refused(char open, char close)
    {
        string inner = open == '{' ? "{\"a\":" : "[";
        string text = $"{string.Concat(Enumerable.Repeat(inner, 100_000))}1{new string(close, 100_000)}";

        Assert.Contains("nested deeper than 100 levels", Assert.Throws<TemplateException>(() => Read(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_larger_than_CloudFormation_s_is_refused_before_it_is_read()
    {
        TemplateException fault = Assert.Throws<TemplateException>(() => TemplateReader.Read(new byte[1_000_001]));

        Assert.Equal("The template has 1000001 bytes; CloudFormation takes 1000000.", fault.Message);
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused_with_their_line() => Assert.Equal(
        new TemplatePosition(2, 1), Assert.Throws<TemplateException>(() => TemplateReader.Read("a: 1\nb: \xff"u8.ToArray().Select(
            static (value, index) => index == 8 ? (byte)0xff : value).ToArray().AsSpan()[..9])).Position);

    [Fact]
    public void Values_know_their_places_in_YAML_and_in_JSON()
    {
        TemplateMap yaml = (TemplateMap)Read("a:\n  b: text\n  c: [1, !Ref D]\n");
        TemplateMap json = (TemplateMap)Read("{\n  \"ä\": {\"b\": [1,\n 2]}}");

        Assert.Equal(new TemplatePosition(2, 6), ((TemplateMap)yaml["a"]!)["b"]!.Position);
        Assert.Equal(new TemplatePosition(3, 10), ((TemplateList)((TemplateMap)yaml["a"]!)["c"]!)[1].Position);
        Assert.Equal(new TemplatePosition(3, 2), ((TemplateList)((TemplateMap)json["ä"]!)["b"]!)[1].Position);
        Assert.Equal(new TemplatePosition(2, 14), ((TemplateMap)json["ä"]!)["b"]!.Position);
    }

    private static TemplateNode Read(string text) => TemplateReader.Read(Encoding.UTF8.GetBytes(text));

    private static string JsonOf(string yaml) =>
        new PythonJson(",", ":", sorted: false, indent: 0).Write(((TemplateMap)Read(yaml)).Entries.Single(static entry => entry.Key.Name == "v").Value);
}
