using System.Collections.Immutable;
using Lamina.Contract.Lambda;
using Lamina.Contract.Models;
using Lamina.Contract.S3;

namespace Lamina.Tidy.Tests;

/// <summary>Every operation of AWS's model has a file in Operations/ or a line in docs/not-served.txt.</summary>
public sealed class OperationTests
{
    private const string S3 = "s3:";

    private static readonly string[] Listed =
        [.. Repository.ReadLines("docs/not-served.txt").Select(static line => line.Split('#')[0].Trim()).Where(static line => line.Length > 0)];

    private static readonly string[] NotServed = [.. Listed.Where(static name => !name.Contains(':', StringComparison.Ordinal))];

    private static readonly string[] NotServedOfS3 =
        [.. Listed.Where(static name => name.StartsWith(S3, StringComparison.Ordinal)).Select(static name => name[S3.Length..])];

    public static TheoryData<string, string> ModelledServices => new()
    {
        { "iam", "Iam" }, { "sts", "Sts" }, { "logs", "Logs" }, { "ssm", "Ssm" }, { "dynamodb", "DynamoDb" }, { "cloudformation", "CloudFormation" },
    };

    [Theory]
    [MemberData(nameof(ModelledServices))]
    public void The_operations_of_a_service_read_by_its_model_have_their_file_or_their_line(string service, string folder)
    {
        ImmutableArray<OperationModel> all = service switch
        {
            "iam" => IamOperations.All,
            "sts" => StsOperations.All,
            "ssm" => SsmOperations.All,
            "dynamodb" => DynamoDbOperations.All,
            "cloudformation" => CloudformationOperations.All,
            _ => LogsOperations.All,
        };
        Assert.Equal(
            all.Where(static operation => !operation.Served).Select(operation => $"{service}:{operation.Name}").Order(StringComparer.Ordinal),
            Listed.Where(line => line.StartsWith($"{service}:", StringComparison.Ordinal)));
        Repository.AssertNone(all.Where(static operation => operation.Served)
            .Select(operation => $"src/Server/Operations/{folder}/{operation.Name}.cs").Except(Repository.Files));
    }

    [Fact]
    public void The_list_names_services_that_there_are() => Repository.AssertNone(
        Listed.Except(NotServed).Where(static name => name.Split(':')[0] is not ("s3" or "iam" or "sts" or "logs" or "ssm" or "dynamodb" or "cloudformation")));

    [Fact]
    public void The_list_of_S3_s_operations_not_served_is_the_one_the_routes_were_made_from() => Assert.Equal(
        S3Routes.All.Where(static route => !route.Served).Select(static route => route.Name).Order(StringComparer.Ordinal), NotServedOfS3);

    [Fact]
    public void Every_operation_of_S3_that_is_served_has_its_file_and_no_other() => Assert.Equal(
        S3Routes.All.Where(static route => route.Served).Select(static route => $"src/Server/Operations/S3/{route.Name}.cs").Order(StringComparer.Ordinal),
        Repository.Files.Where(static file => file.StartsWith("src/Server/Operations/S3/", StringComparison.Ordinal))
            .Where(static file => S3Routes.All.Any(route => file.EndsWith($"/{route.Name}.cs", StringComparison.Ordinal))).Order(StringComparer.Ordinal));

    [Fact]
    public void The_list_of_operations_not_served_is_the_one_the_routes_were_made_from() => Assert.Equal(
        LambdaRoutes.All.Where(static route => !route.Served).Select(static route => route.Name).Order(StringComparer.Ordinal), NotServed);

    [Fact]
    public void Every_operation_that_is_served_has_its_file() => Repository.AssertNone(LambdaRoutes.All.Where(static route => route.Served)
        .Select(static route => $"src/Server/Operations/{route.Name}.cs").Except(Repository.Files));

    /// <summary>In the words of the AWS SDKs' models, which the tests' clients take: PublishLayerVersion.</summary>
    [Fact]
    public void Every_operation_of_Lambda_that_is_served_is_called_through_an_official_client()
    {
        string tests = string.Concat(Repository.Sources.Where(static file => file.StartsWith("tests/EndToEnd/", StringComparison.Ordinal))
            .Select(static file => File.ReadAllText(Repository.PathOf(file))));
        Repository.AssertNone(LambdaRoutes.All.Where(route => route.Served && !tests.Contains($"\"{route.Name}\"", StringComparison.Ordinal))
            .Select(static route => route.Name));
    }

    [Fact]
    public void No_operation_is_both_served_and_on_the_list() =>
        Repository.AssertNone(NotServed.Select(static name => $"src/Server/Operations/{name}.cs").Intersect(Repository.Files));
}
