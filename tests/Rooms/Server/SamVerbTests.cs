using System.Text.Json;
using Lamina.Rooms.Tests.Cli;
using Lamina.Rooms.Tests.Stacks;

namespace Lamina.Rooms.Tests.Server;

/// <summary>`lamina sam` as it is typed.</summary>
public sealed class SamVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-sam-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("transform")]
    [InlineData("validate")]
    public async Task Each_verb_has_help_with_an_example(string verb)
    {
        LaminaOutcome outcome = await LaminaProcess.RunServerAsync("sam", verb, "--help");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains($"  lamina sam {verb} template.yaml\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transform_prints_the_template_for_the_region()
    {
        LaminaOutcome outcome = await LaminaProcess.RunServerAsync(
            "sam", "transform", TemplateFiles.PathOf("state-machines"), "--region", TemplateFiles.Region);

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Equal(TemplateFiles.Expected("state-machines"), outcome.Output);
    }

    [Fact]
    public async Task Transform_takes_values_of_parameters()
    {
        string file = Write("Parameters: {N: {Type: String}}\nResources: {L: {Type: AWS::Serverless::LayerVersion, "
            + "Properties: {LayerName: !Ref N, ContentUri: s3://a/b}}}");

        LaminaOutcome outcome = await LaminaProcess.RunServerAsync("sam", "transform", file, "--parameter", "N=a=b", "Other=c");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("\"LayerName\": \"a=b\"", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_is_rejected_prints_AWS_s_text_and_ends_with_1()
    {
        LaminaOutcome outcome = await LaminaProcess.RunServerAsync("sam", "transform", Write("Resources: {}"));

        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Error));
        using JsonDocument answer = JsonDocument.Parse(outcome.Output);
        Assert.Equal(
            "Invalid Serverless Application Specification document. Number of errors found: 1. "
            + "Structure of the SAM template is invalid. 'Resources' section is required",
            answer.RootElement.GetProperty("errorMessage").GetString());
    }

    [Fact]
    public async Task Validate_lists_all_faults_with_their_places()
    {
        string file = Write("Resources:\n  T:\n    Type: AWS::Serverless::SimpleTable\n    Properties:\n      Colour: red\n  L:\n    Type: AWS::Serverless::LayerVersion\n");

        LaminaOutcome lines = await LaminaProcess.RunServerAsync("sam", "validate", file);
        LaminaOutcome json = await LaminaProcess.RunServerAsync("sam", "validate", file, "--json");

        Assert.Equal((1, 1), (lines.ExitCode, json.ExitCode));
        Assert.Equal(
            $"{file}:7:5: Resource with id [L] is invalid. Missing required property 'ContentUri'.\n"
            + $"{file}:5:15: Resource with id [T] is invalid. property Colour not defined for resource of type AWS::Serverless::SimpleTable\n",
            lines.Output);
        using JsonDocument answer = JsonDocument.Parse(json.Output);
        Assert.False(answer.RootElement.GetProperty("valid").GetBoolean());
        Assert.Equal(5, answer.RootElement.GetProperty("faults")[1].GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task Validate_says_of_a_good_template_that_it_is_one()
    {
        string file = Write("Resources: {T: {Type: AWS::Serverless::SimpleTable}}");

        LaminaOutcome outcome = await LaminaProcess.RunServerAsync("sam", "validate", file);

        Assert.Equal((0, $"{file} is a valid SAM template.\n"), (outcome.ExitCode, outcome.Output));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        LaminaOutcome outcome = await LaminaProcess.RunServerAsync("sam", "transform", Path.Combine(_folder, "none.yaml"));

        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("none.yaml", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_without_a_value_is_a_wrong_command_line()
    {
        LaminaOutcome outcome = await LaminaProcess.RunServerAsync("sam", "transform", "x.yaml", "--parameter", "Name");

        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith("lamina: --parameter takes NAME=VALUE, not 'Name'.", outcome.Error, StringComparison.Ordinal);
    }

    private string Write(string template)
    {
        string file = Path.Combine(_folder, "template.yaml");
        File.WriteAllText(file, template);
        return file;
    }
}
