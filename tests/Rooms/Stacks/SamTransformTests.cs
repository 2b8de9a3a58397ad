using System.Text.Json;
using System.Text.Json.Nodes;
using Lamina.Stacks.Sam;

namespace Lamina.Rooms.Tests.Stacks;

public sealed class SamTransformTests
{
    private const string Function = """
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: s3://code/f.zip, Handler: app.handler, Runtime: python3.12, AutoPublishAlias: live
        """;

    public static TheoryData<string> Templates => [.. TemplateFiles.Names];

    /// <summary>
    /// One template for each group of resource types with every property and event type, one for each family of faults. What is expected was
    /// compared with what AWS's translator makes of the same template.
    /// </summary>
    [Theory]
    [MemberData(nameof(Templates))]
    public void A_template_becomes_what_AWS_makes_of_it(string name) =>
        Assert.Equal(TemplateFiles.Expected(name), TemplateFiles.JsonOf(TemplateFiles.Transform(TemplateFiles.Read(name))));

    [Fact]
    public void The_same_template_as_JSON_becomes_the_same()
    {
        SamOutcome fromYaml = TemplateFiles.Transform(
            "Resources: {T: {Type: AWS::Serverless::SimpleTable, Properties: {TableName: !Sub '${AWS::StackName}-t'}}}");
        SamOutcome fromJson = TemplateFiles.Transform(
            """{"Resources": {"T": {"Type": "AWS::Serverless::SimpleTable", "Properties": {"TableName": {"Fn::Sub": "${AWS::StackName}-t"}}}}}""");

        Assert.Equal(TemplateFiles.JsonOf(fromYaml), TemplateFiles.JsonOf(fromJson));
    }

    /// <summary>The hash of an API with nothing in it, which is the same in every account since 2018.</summary>
    [Fact]
    public void The_id_of_a_deployment_is_a_hash_over_the_document_as_Python_2_printed_it() => Assert.Contains(
        "\"ADeployment5332c373d4\"",
        TemplateFiles.JsonOf(TemplateFiles.Transform("Resources: {A: {Type: AWS::Serverless::Api, Properties: {StageName: live}}}")), StringComparison.Ordinal);

    [Fact]
    public void A_deployment_that_is_always_made_anew_has_the_time_in_its_id()
    {
        const string Template = "Resources: {A: {Type: AWS::Serverless::Api, Properties: {StageName: live, AlwaysDeploy: true}}}";
        Microsoft.Extensions.Time.Testing.FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddSeconds(1));
        string first = TemplateFiles.JsonOf(SamTemplate.Transform(System.Text.Encoding.UTF8.GetBytes(Template), new SamOptions("eu-central-1", time)));
        time.Advance(TimeSpan.FromSeconds(1));
        string second = TemplateFiles.JsonOf(SamTemplate.Transform(System.Text.Encoding.UTF8.GetBytes(Template), new SamOptions("eu-central-1", time)));

        // SHA-1 of "1" and of "2".
        Assert.Contains("ADeployment356a192b79", first, StringComparison.Ordinal);
        Assert.Contains("ADeploymentda4b9237ba", second, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_gets_another_id_when_its_code_changes_and_keeps_it_when_its_timeout_does()
    {
        string plain = VersionIdOf($"{Function}}}");

        Assert.Equal(plain, VersionIdOf($"{Function}, Timeout: 9}}"));
        Assert.NotEqual(plain, VersionIdOf($"{Function.Replace("f.zip", "g.zip", StringComparison.Ordinal)}}}"));
    }

    [Theory]
    [InlineData("eu-central-1", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")]
    [InlineData("cn-north-1", "arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")]
    [InlineData("us-gov-west-1", "arn:aws-us-gov:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")]
    public void The_region_decides_the_partition(string region, string arn) => Assert.Contains(
        arn,
        TemplateFiles.JsonOf(SamTemplate.Transform(System.Text.Encoding.UTF8.GetBytes($"{Function}}}"), new SamOptions(region, TimeProvider.System))),
        StringComparison.Ordinal);

    [Fact]
    public void A_parameter_that_is_given_wins_over_its_default()
    {
        SamOptions options = new("eu-central-1", TimeProvider.System);
        options.SetParameter("Alias", "given");
        SamOutcome outcome = SamTemplate.Transform(
            System.Text.Encoding.UTF8.GetBytes(
                $"Parameters: {{Alias: {{Type: String, Default: default}}}}\n{Function.Replace("live", "!Ref Alias", StringComparison.Ordinal)}}}"), options);

        Assert.Contains("\"FAliasgiven\"", TemplateFiles.JsonOf(outcome), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_SAM_s_passes_unchanged()
    {
        const string Template = """
            {"AWSTemplateFormatVersion":"2010-09-09","Resources":{"Q":{"Type":"AWS::SQS::Queue","Properties":{"DelaySeconds":1.50,"Tags":null}}}}
            """;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Template), JsonNode.Parse(TemplateFiles.JsonOf(TemplateFiles.Transform(Template)))));
    }

    private static string VersionIdOf(string template)
    {
        using JsonDocument document = JsonDocument.Parse(TemplateFiles.JsonOf(TemplateFiles.Transform(template)));
        return document.RootElement.GetProperty("Resources").EnumerateObject().Single(static resource => resource.Name.StartsWith("FVersion", StringComparison.Ordinal)).Name;
    }
}
