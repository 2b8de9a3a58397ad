using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Resources;
using Lamina.Stacks.Templates;
using Lamina.Stacks.Transforms;

namespace Lamina.Rooms.Tests.Stacks;

/// <summary>Transforms beside the one for SAM, and addresses of templates.</summary>
public sealed class TransformTests
{
    [Fact]
    public void A_loop_gives_its_body_once_for_each_item() => Assert.Equal(
        """{"Parameters":{"Names":{"Type":"CommaDelimitedList","Default":"a,b-1"}},"Resources":{"Topica":{"Type":"T::T::T","Properties":{"Name":"a","All":["x-a","y-a"]}},"Topicb1":{"Type":"T::T::T","Properties":{"Name":"b-1","All":["x-b-1","y-b-1"]}},"Same":{"Type":"T::T::T","DeletionPolicy":"Retain"}}}""",
        Transform(
            """
            Transform: AWS::LanguageExtensions
            Parameters: {Names: {Type: CommaDelimitedList, Default: 'a,b-1'}}
            Resources:
              Fn::ForEach::Topics:
                - Name
                - !Ref Names
                - Topic&{Name}:
                    Type: T::T::T
                    Properties: {Name: !Ref Name, All: ['x-${Name}', 'y-${Name}']}
              Same: {Type: T::T::T, DeletionPolicy: !Select [1, [Delete, Retain]]}
            """));

    [Fact]
    public void A_fragment_takes_the_place_of_its_inclusion() => Assert.Equal(
        """{"Resources":{"A":{"Type":"T::T::T","Properties":{"Own":1,"From":"s3://bucket/properties"}},"B":{"Type":"T::T::T"}}}""",
        Transform("""
            Transform: {Name: AWS::Include, Parameters: {Location: s3://bucket/template}}
            Resources:
              A:
                Type: T::T::T
                Properties:
                  Own: 1
                  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://bucket/properties}}
              B: {Type: T::T::T}
            """));

    [Fact]
    public void A_transform_that_there_is_not_is_named() => Assert.Equal(
        "No transform named MyMacro found.",
        Assert.Throws<AwsError>(() => Transform("{Transform: MyMacro, Resources: {A: {Type: 'T::T::T'}}}")).Message);

    [Theory]
    [InlineData("https://bucket.s3.amazonaws.com/a/b.yaml", "bucket", "a/b.yaml", null)]
    [InlineData("https://my.bucket.s3.eu-west-1.amazonaws.com/t%20x", "my.bucket", "t x", null)]
    [InlineData("https://s3.amazonaws.com/bucket/t?versionId=v1", "bucket", "t", "v1")]
    [InlineData("https://s3-eu-west-1.amazonaws.com/bucket/t", "bucket", "t", null)]
    [InlineData("http://127.0.0.1:4566/bucket/t", "bucket", "t", null)]
    [InlineData("s3://bucket/t", "bucket", "t", null)]
    public void The_address_of_a_template_names_bucket_and_key(string url, string bucket, string key, string? version) =>
        Assert.Equal((bucket, key, version), ObjectUrl.Parse(url));

    [Theory]
    [InlineData("template.yaml")]
    [InlineData("https://s3.amazonaws.com/bucket")]
    [InlineData("ftp://bucket/t")]
    public void What_is_no_address_of_an_object_is_none(string url) => Assert.Null(ObjectUrl.Parse(url));

    private static string Transform(string body)
    {
        StackTemplate template = StackTemplate.Of(StackTemplate.Read(body));
        IReadOnlyList<StackParameter> parameters = StackParameters.Resolve(template, [], [], static _ => null);
        TemplateMap transformed = TemplateTransforms.Run(
            template, parameters, "us-east-1", TimeProvider.System, static url => url == "s3://bucket/template" ? "{}" : $"{{From: '{url}'}}");
        return PropertiesJson.Write(transformed);
    }
}
