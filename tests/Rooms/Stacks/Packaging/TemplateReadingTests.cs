using System.Text;
using System.Text.Json;
using Lamina.Stacks.Packaging;
using Lamina.Stacks.Sam;

namespace Lamina.Rooms.Tests.Stacks.Packaging;

public sealed class TemplateReadingTests
{
    [Theory]
    [InlineData("AWS::Serverless::Function", "CodeUri", ArtifactKind.Code, ArtifactForm.S3Uri)]
    [InlineData("AWS::Serverless::LayerVersion", "ContentUri", ArtifactKind.Layer, ArtifactForm.S3Uri)]
    [InlineData("AWS::Serverless::Api", "DefinitionUri", ArtifactKind.Document, ArtifactForm.S3Uri)]
    [InlineData("AWS::Serverless::HttpApi", "DefinitionUri", ArtifactKind.Document, ArtifactForm.S3Uri)]
    [InlineData("AWS::Serverless::StateMachine", "DefinitionUri", ArtifactKind.Document, ArtifactForm.S3Uri)]
    [InlineData("AWS::Serverless::Application", "Location", ArtifactKind.Template, ArtifactForm.Url)]
    [InlineData("AWS::CloudFormation::Stack", "TemplateURL", ArtifactKind.Template, ArtifactForm.Url)]
    [InlineData("AWS::Lambda::Function", "Code", ArtifactKind.Code, ArtifactForm.CodeLocation)]
    [InlineData("AWS::Lambda::LayerVersion", "Content", ArtifactKind.Layer, ArtifactForm.CodeLocation)]
    [InlineData("AWS::ApiGateway::RestApi", "BodyS3Location", ArtifactKind.Document, ArtifactForm.BucketAndKey)]
    public void A_local_path_is_found_with_its_place(string type, string property, ArtifactKind kind, ArtifactForm form)
    {
        LocalArtifact artifact = Assert.Single(Read($$"""
            Resources:
              It:
                Type: {{type}}
                Properties:
                  {{property}}: ./some/where
            """).Artifacts);

        Assert.Equal(("It", type, "./some/where", kind, form), (artifact.LogicalId, artifact.Type, artifact.Path, artifact.Kind, artifact.Form));
        Assert.Equal(["Resources", "It", "Properties", property], artifact.Place);
        Assert.Equal((5, 7 + property.Length + 2), (artifact.Position.Line, artifact.Position.Column));
    }

    [Theory]
    [InlineData("s3://bucket/key")]
    [InlineData("https://example.com/code.zip")]
    [InlineData("!Ref Where")]
    [InlineData("{Bucket: a, Key: b}")]
    [InlineData("'{{resolve:ssm:where}}'")]
    public void What_is_elsewhere_is_left_alone(string value) => Assert.Empty(Read($$"""
        Resources:
          It: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: {{value}} } }
        """).Artifacts);

    [Fact]
    public void A_function_without_code_has_that_of_Globals_or_else_the_templates_folder()
    {
        const string Functions = """
            Resources:
              Bare: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler} }
              Own: {Type: AWS::Serverless::Function, Properties: {CodeUri: own} }
              Inline: {Type: AWS::Serverless::Function, Properties: {InlineCode: x} }
              Image: {Type: AWS::Serverless::Function, Properties: {PackageType: Image} }
            """;

        Assert.Equal([("Own", "own"), ("Bare", ".")], Read(Functions).Artifacts.OrderByDescending(static one => one.LogicalId).Select(Named));
        Assert.Equal(
            [("Own", "own"), ("Bare", "shared")],
            Read($"Globals: {{Function: {{CodeUri: shared}}}}\n{Functions}").Artifacts.OrderByDescending(static one => one.LogicalId).Select(Named));
    }

    [Fact]
    public void What_a_build_must_know_comes_from_Globals_and_parameters_too()
    {
        LocalArtifact artifact = Assert.Single(Read(
            """
            Parameters: {Python: {Type: String, Default: python3.11}}
            Globals: {Function: {Runtime: !Ref Python, Architectures: [arm64]}}
            Resources:
              It: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile, SkipBuild: true}, Properties: {CodeUri: x, Handler: a.b}}
            """,
            ("Python", "python3.12")).Artifacts);

        Assert.Equal(
            ("python3.12", "arm64", "a.b", "makefile", true),
            (artifact.Runtime, artifact.Architecture, artifact.Handler, artifact.BuildMethod, artifact.SkipsBuild));
    }

    [Fact]
    public void Fragments_are_found_wherever_they_are_included()
    {
        LocalArtifact[] included = [.. Read("""
            Transform: [AWS::Serverless-2016-10-31, {Name: AWS::Include, Parameters: {Location: top.yaml}}]
            Outputs: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: outputs.yaml}}}
            Resources:
              It: {Type: 'AWS::X::Y', Properties: {List: [{'Fn::Transform': {Name: AWS::Include, Parameters: {Location: s3://a/b}}}]}}
            """).Artifacts];

        Assert.Equal(["Transform/1/Parameters/Location", "Outputs/Fn::Transform/Parameters/Location"], included.Select(static one => string.Join('/', one.Place)));
    }

    [Fact]
    public void The_template_is_the_same_in_JSON_and_its_faults_have_places()
    {
        TemplateReading reading = Read("""
            Transform: AWS::Serverless-2016-10-31
            Resources:
              It:
                Type: AWS::Serverless::Function
                Properties: {CodeUri: x, Handler: !Sub 'a.b', Runtime: 010, Unknown: 2012-10-17}
            """);
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            reading.WriteTemplate(writer);
        }

        Assert.Contains("""{"CodeUri":"x","Handler":{"Fn::Sub":"a.b"}""", Encoding.UTF8.GetString(json.ToArray()), StringComparison.Ordinal);
        Assert.All(reading.Faults, static fault => Assert.InRange(fault.Line, 3, 5));
        Assert.NotEmpty(reading.Faults);

        TemplateReading broken = Read("Resources:\n  It: {Type: [}\n");
        Assert.False(broken.IsRead);
        Assert.Equal(2, Assert.Single(broken.Faults).Line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Transform: AWS::Serverless-2016-10-31")]
    public void A_type_that_no_stack_can_have_is_named_with_its_place(string transform)
    {
        TemplateReading reading = Read($$"""
            {{transform}}
            Conditions: {Never: !Equals [a, b]}
            Resources:
              Perhaps: {Type: 'AWS::EC2::VPC', Condition: Never}
              Queue: {Type: 'AWS::SQS::Queue'}
              Net:
                Type: AWS::EC2::VPC
            """);

        TemplateFault fault = Assert.Single(reading.Faults);
        Assert.Equal((7, 11, "Net"), (fault.Line, fault.Column, fault.Id));
        Assert.Contains("does not serve AWS::EC2::VPC", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameters_value_is_checked()
    {
        const string Template = """
            Parameters: {Size: {Type: Number, MinValue: 3, MaxValue: 5, Default: 4}}
            Resources: {}
            """;

        Assert.Equal(("4", "at least 3, at most 5", null), Told(Read(Template)));
        Assert.Null(Told(Read(Template, ("Size", "5"))).Fault);
        Assert.Contains("not greater than 5", Told(Read(Template, ("Size", "6"))).Fault, StringComparison.Ordinal);

        static (string? Default, string? Constraint, string? Fault) Told(TemplateReading reading) =>
            Assert.Single(reading.Parameters) is var parameter ? (parameter.Default, parameter.Constraint, parameter.Fault) : default;
    }

    private static (string LogicalId, string Path) Named(LocalArtifact artifact) => (artifact.LogicalId, artifact.Path);

    private static TemplateReading Read(string template, params (string Name, string Value)[] parameters) => TemplateReading.Of(
        Encoding.UTF8.GetBytes(template), "us-east-1",
        parameters.ToDictionary(static one => one.Name, static one => one.Value, StringComparer.Ordinal),
        static type => !type.StartsWith("AWS::EC2::", StringComparison.Ordinal), TimeProvider.System);
}
