using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Rooms.Tests.Stacks;

/// <summary>What intrinsic functions give, and what CloudFormation says of templates that are wrong. Texts are AWS's.</summary>
public sealed class EvaluationTests
{
    private const string Template = """
        AWSTemplateFormatVersion: '2010-09-09'
        Parameters:
          Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
          Zones: {Type: CommaDelimitedList, Default: 'a, b,c'}
          Port: {Type: Number, Default: 80, MinValue: 1, MaxValue: 100}
        Mappings:
          Sizes: {dev: {memory: 128}, prod: {memory: 512}}
        Conditions:
          IsProd: !Equals [!Ref Stage, prod]
          IsDev: !Not [!Condition IsProd]
          Both: !And [!Condition IsDev, !Equals [!Ref Port, '80']]
        Resources:
          Thing:
            Type: Test::Thing
            Properties: {Value: VALUE}
        """;

    [Theory]
    [InlineData("!Ref Stage", "\"dev\"")]
    [InlineData("!Ref Zones", """["a","b","c"]""")]
    [InlineData("!Ref AWS::AccountId", "\"123456789012\"")]
    [InlineData("!Ref AWS::StackName", "\"shop\"")]
    [InlineData("!Ref Other", "\"other-id\"")]
    [InlineData("!GetAtt Other.Arn", "\"arn:other\"")]
    [InlineData("!GetAtt [Other, Nested.Name]", "\"inner\"")]
    [InlineData("!Sub '${Stage}-${Other}-${Other.Arn}-${!Literal}-${AWS::Region}'", "\"dev-other-id-arn:other-${Literal}-eu-west-1\"")]
    [InlineData("!Sub ['${X}/${Stage}', {X: !Select [1, !Ref Zones]}]", "\"b/dev\"")]
    [InlineData("!Join ['-', [x, !Ref Stage, 3]]", "\"x-dev-3\"")]
    [InlineData("!Join [',', !Ref Zones]", "\"a,b,c\"")]
    [InlineData("!Split ['/', 'a/b']", """["a","b"]""")]
    [InlineData("!If [IsProd, 1, !If [Both, 2, 3]]", "2")]
    [InlineData("{a: 1, b: !If [IsProd, 1, !Ref AWS::NoValue], c: [!Ref AWS::NoValue, 2]}", """{"a":1,"c":[2]}""")]
    [InlineData("!FindInMap [Sizes, !Ref Stage, memory]", "128")]
    [InlineData("!FindInMap [Sizes, none, memory, {DefaultValue: 64}]", "64")]
    [InlineData("!ImportValue net-id", "\"exported\"")]
    [InlineData("{Fn::Base64: hello}", "\"aGVsbG8=\"")]
    [InlineData("!Cidr [10.0.0.0/16, 2, 8]", """["10.0.0.0/24","10.0.1.0/24"]""")]
    [InlineData("!Select [2, !Cidr [10.0.0.0/24, 3, 5]]", "\"10.0.0.64/27\"")]
    [InlineData("!GetAZs ''", """["eu-west-1a","eu-west-1b","eu-west-1c"]""")]
    [InlineData("{Fn::Length: !Ref Zones}", "3")]
    [InlineData("{Fn::ToJsonString: {a: !Ref Stage, b: [1]}}", "\"{\\\"a\\\":\\\"dev\\\",\\\"b\\\":[1]}\"")]
    public void A_function_gives_its_value(string written, string expected)
    {
        (StackTemplate template, Evaluator evaluator) = Open(Template.Replace("VALUE", $"\n      {written}", StringComparison.Ordinal));
        TemplateNode? value = evaluator.EvaluateMap(template.Resources["Thing"].Properties)["Value"];
        Assert.Equal(expected, PropertiesJson.Write(value!));
    }

    [Theory]
    [InlineData("!FindInMap [Sizes, test, memory]", "Template error: Unable to get mapping for Sizes::test::memory")]
    [InlineData("!FindInMap [None, test, memory]", "Template error: Mapping named 'None' is not present in the 'Mappings' section of template.")]
    [InlineData("!Select [5, !Ref Zones]", "Template error: Fn::Select cannot select nonexistent value at index 5")]
    [InlineData("!ImportValue absent", "No export named absent found.")]
    [InlineData("!GetAtt Other.Nothing", "Requested attribute Nothing does not exist in schema for Test::Thing")]
    [InlineData("'{{resolve:ssm:/absent}}'", "Unable to fetch parameters [/absent] from parameter store for this account.")]
    public void A_function_that_has_no_value_says_why(string written, string message)
    {
        (StackTemplate template, Evaluator evaluator) = Open(Template.Replace("VALUE", $"\n      {written}", StringComparison.Ordinal));
        Assert.Equal(message, Assert.Throws<AwsError>(() => evaluator.EvaluateMap(template.Resources["Thing"].Properties)).Message);
    }

    [Theory]
    [InlineData("{}", "Template format error: At least one Resources member must be defined.")]
    [InlineData("[]", "Template format error: unsupported structure.")]
    [InlineData("{Resources: {A: {Type: 'T::T::T'}}, Extra: {}}", "Invalid template property or properties [Extra]")]
    [InlineData("{Resources: {a-b: {Type: 'T::T::T'}}}", "Template format error: Resource name a-b is non alphanumeric.")]
    [InlineData("{Resources: {A: {Properties: {}}}}", "Template format error: [/Resources/A] Every Resources object must contain a Type member.")]
    [InlineData("{Resources: {A: {Type: 'T::T::T', Foo: 1}}}", "Invalid template resource property 'Foo'")]
    [InlineData("{Resources: {A: {Type: 'T::T::T', DeletionPolicy: Keep}}}", "Template format error: Unrecognized DeletionPolicy Keep for resource A")]
    [InlineData(
        "{Resources: {A: {Type: 'T::T::T', Properties: {P: !Ref B, Q: !GetAtt C.Arn}}}}",
        "Template format error: Unresolved resource dependencies [B, C] in the Resources block of the template")]
    [InlineData(
        "{Resources: {A: {Type: 'T::T::T'}}, Outputs: {O: {Value: !Sub '${X}'}}}",
        "Template format error: Unresolved resource dependencies [X] in the Outputs block of the template")]
    [InlineData(
        "{Resources: {A: {Type: 'T::T::T', DependsOn: B}}}",
        "Template format error: Unresolved resource dependencies [B] in the Resources block of the template")]
    [InlineData(
        "{Conditions: {C: !Equals [!Ref A, 1]}, Resources: {A: {Type: 'T::T::T'}}}",
        "Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template")]
    [InlineData(
        "{Resources: {A: {Type: 'T::T::T', Condition: None}}}",
        "Template format error: Unresolved condition dependency None in the Resources block of the template")]
    [InlineData(
        "{Resources: {A: {Type: 'T::T::T', Properties: {P: !Ref B}}, B: {Type: 'T::T::T', DependsOn: C}, C: {Type: 'T::T::T', Properties: {P: !GetAtt A.X}}, D: {Type: 'T::T::T', DependsOn: A}}}",
        "Circular dependency between resources: [A, B, C]")]
    public void A_template_that_is_wrong_says_so_in_AWS_s_words(string body, string message) => Assert.Equal(
        message,
        Assert.Throws<AwsError>(() =>
        {
            (StackTemplate template, Evaluator evaluator) = Open(body);
            ResourceGraph.Of(template, evaluator.Conditions);
        }).Message);

    [Fact]
    public void What_is_needed_comes_first_and_what_no_condition_wants_does_not_come()
    {
        (StackTemplate template, Evaluator evaluator) = Open("""
            Parameters: {Switch: {Type: String, Default: 'off'}}
            Conditions: {IsOn: !Equals [!Ref Switch, 'on']}
            Resources:
              Last: {Type: T::T::T, DependsOn: [Middle]}
              Middle: {Type: T::T::T, Properties: {A: !Sub '${First.Arn}', B: !If [IsOn, !Ref Gone, x]}}
              First: {Type: T::T::T}
              Gone: {Type: T::T::T, Condition: IsOn}
            """);
        ResourceGraph graph = ResourceGraph.Of(template, evaluator.Conditions);
        Assert.Equal(["First", "Middle", "Last"], graph.Order);
        Assert.Equal(["First"], graph.NeedsOf("Middle"));
    }

    [Theory]
    [InlineData("Stage", "test", "Parameter 'Stage' must be one of AllowedValues")]
    [InlineData("Port", "x", "Parameter 'Port' must be a number")]
    [InlineData("Port", "0", "Parameter 'Port' must be a number not less than 1")]
    [InlineData("Port", "101", "Parameter 'Port' must be a number not greater than 100")]
    [InlineData("Nothing", "x", "Parameters: [Nothing] do not exist in the template")]
    public void A_parameter_s_constraints_are_told(string name, string value, string message)
    {
        StackTemplate template = StackTemplate.Of(StackTemplate.Read(Template));
        Assert.Equal(message, Assert.Throws<AwsError>(() => StackParameters.Resolve(template, [new(name, value, false)], [], static _ => null)).Message);
    }

    [Fact]
    public void Parameters_without_a_value_are_named_together_and_previous_ones_are_kept()
    {
        StackTemplate template = StackTemplate.Of(StackTemplate.Read("""
            Parameters:
              A: {Type: String}
              B: {Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: only letters}
              C: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /c}
            Resources: {R: {Type: T::T::T}}
            """));
        Assert.Equal(
            "Parameters: [A, B] must have values",
            Assert.Throws<AwsError>(() => StackParameters.Resolve(template, [], [], static _ => "stored")).Message);
        Assert.Equal(
            "Parameter B failed to satisfy constraint: only letters",
            Assert.Throws<AwsError>(() => StackParameters.Resolve(template, [new("A", "x", false), new("B", "1", false)], [], static _ => "stored")).Message);
        IReadOnlyList<StackParameter> resolved = StackParameters.Resolve(
            template, [new("A", null, true), new("B", "b", false)], [new("A", "before", null, false)], static name => $"stored {name}");
        Assert.Equal([("A", "before", null), ("B", "b", null), ("C", "/c", "stored /c")], resolved.Select(static one => (one.Key, one.Value, one.Resolved)));
    }

    private static (StackTemplate Template, Evaluator Evaluator) Open(string body)
    {
        StackTemplate template = StackTemplate.Of(StackTemplate.Read(body));
        StackIdentity stack = new(AccountId.Parse("123456789012"), "eu-west-1", "shop", "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1");
        TemplateMap attributes = new() { ["Arn"] = "arn:other", ["Nested.Name"] = "inner" };
        return (template, new Evaluator(template, new EvaluationScope
        {
            Values = StackParameters.Values(template, StackParameters.Resolve(template, [], [], static _ => null), stack, []),
            Region = stack.Region,
            FindResource = name => name == "Other" ? new ResourceValues("Test::Thing", "other-id", attribute => attributes[attribute]) : null,
            FindExport = static name => name == "net-id" ? "exported" : null,
            FindStoredParameter = static _ => null,
        }));
    }
}
