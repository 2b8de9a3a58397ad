using Lamina.Stacks.Templates;

namespace Lamina.Rooms.Tests.Stacks;

/// <summary>What is expected was printed by Python 2.7's rules, as aws-sam-translator follows them.</summary>
public sealed class Python27Tests
{
    [Fact]
    public void A_map_goes_over_its_keys_as_Python_2_did()
    {
        TemplateMap map = new(python27: true);
        foreach (string key in new[] { "swagger", "info", "paths", "securityDefinitions", "x-amazon-apigateway-policy", "definitions", "tags" })
        {
            map[key] = key;
        }

        Assert.Equal("info,paths,tags,securityDefinitions,x-amazon-apigateway-policy,definitions,swagger", string.Join(',', map.Names));
        map.Remove("paths");
        map["components"] = "new";
        Assert.Equal("info,tags,securityDefinitions,x-amazon-apigateway-policy,components,definitions,swagger", string.Join(',', map.Names));
        Assert.Equal(map.Names, ((TemplateMap)map.Copy()).Names);
    }

    [Theory]
    [InlineData("plain", false, "'plain'")]
    [InlineData("it's", false, "\"it's\"")]
    [InlineData("\"it's\"", false, "'\"it\\'s\"'")]
    [InlineData("a\\b\n", false, "'a\\\\b\\n'")]
    [InlineData("plain", true, "u'plain'")]
    [InlineData("ü\n\\", true, "u'\\xfc\\n\\\\'")]
    [InlineData("€😀", true, "u'\\u20ac\\U0001f600'")]
    public void A_text_is_printed_as_Python_prints_it(string text, bool isUnicode, string printed) =>
        Assert.Equal(printed, Python27.Describe(new TemplateText(text, isUnicode)));

    [Fact]
    public void Values_are_printed_as_Python_prints_them() => Assert.Equal(
        "{'a': [1, 1.5, True, None], 'b': {}}",
        Python27.Describe(new TemplateMap
        {
            ["a"] = new TemplateList([1, new TemplateNumber("1.5", isInteger: false), true, TemplateNull.Instance]), ["b"] = new TemplateMap(),
        }));
}
