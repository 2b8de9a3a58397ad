using Lamina.Stacks.Sam;

namespace Lamina.Rooms.Tests.Stacks;

public sealed class SamFaultPlaceTests
{
    private const string Template = """
        Resources:
          Table:
            Type: AWS::Serverless::SimpleTable
            Properties:
              PrimaryKey: {Name: id, Type: Text}
          Function:
            Type: AWS::Serverless::Function
            Properties:
              InlineCode: x = 1
              Handler: app.handler
              Runtime: python3.12
              Tags: [a]
          Other:
            Type: AWS::Serverless::Function
            Properties:
              InlineCode: x = 1
              Handler: app.handler
              Runtime: python3.12
              Events:
                Broken:
                  Type: Schedule
                  Properties:
                    Schedule: rate(1 hour)
                    State: ENABLED
                    Enabled: true
                Incomplete:
                  Type: Kinesis
        """;

    [Fact]
    public void Every_fault_of_a_template_is_listed_with_its_place()
    {
        IReadOnlyList<TemplateFault> faults = TemplateFiles.Transform(Template).Faults;

        Assert.Equal(
            [
                (12, 13, "Function", "Resource with id [Function] is invalid. Property 'Tags' should be a map."),
                (27, 11, "OtherIncomplete", "Resource with id [OtherIncomplete] is invalid. Missing required property 'StartingPosition'."),
                (5, 36, "Table", "Resource with id [Table] is invalid. Invalid 'Type' \"Text\"."),
            ],
            faults.Select(static fault => (fault.Line, fault.Column, fault.Id!, fault.Message)));
    }

    [Fact]
    public void A_fault_of_an_event_is_placed_at_the_event_s_property()
    {
        TemplateFault fault = Assert.Single(TemplateFiles.Transform(Template[..Template.IndexOf("        Incomplete", StringComparison.Ordinal)]
            .Replace("Tags: [a]", "Timeout: 3", StringComparison.Ordinal).Replace("Type: Text", "Type: String", StringComparison.Ordinal)).Faults);

        Assert.Equal((24, 20), (fault.Line, fault.Column));
        Assert.Contains("State and Enabled Properties cannot both be specified.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Conditions_that_are_no_map_are_a_fault_where_one_has_to_be_added()
    {
        TemplateFault fault = Assert.Single(TemplateFiles.Transform("""
            Conditions: text
            Resources:
              One:
                Type: AWS::Serverless::Function
                Condition: A
                Properties: {InlineCode: x, Handler: a.b, Runtime: python3.12, Events: {E: {Type: Api, Properties: {Path: /a, Method: get}}}}
              Two:
                Type: AWS::Serverless::Function
                Condition: B
                Properties: {InlineCode: x, Handler: a.b, Runtime: python3.12, Events: {E: {Type: Api, Properties: {Path: /b, Method: get}}}}
            """).Faults);

        Assert.Equal((1, 13), (fault.Line, fault.Column));
        Assert.Contains("A map is expected, found", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_that_cannot_be_read_is_one_fault()
    {
        SamOutcome outcome = TemplateFiles.Transform("Resources:\n  A: 1\n  A: 2\n");

        Assert.Equal((3, 3), (outcome.Faults[0].Line, outcome.Faults[0].Column));
        Assert.Equal("Template format error: The key 'A' stands twice in one map. (line 3, column 3)", outcome.ErrorMessage);
    }
}
