using System.Text;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Rooms.Tests.Contracts;

/// <summary>Texts as recorded from AWS, or composed of parts that are.</summary>
public sealed class ConstraintTests
{
    private const string Namespaced =
        "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?"
        + "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";

    private const string Plain =
        "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?"
        + "([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";

    private const string Creatable =
        "[nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, java21, "
        + "ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2]";

    [Theory]
    [InlineData("*")]
    [InlineData("my-function!")]
    [InlineData("invalid-account:function:my-function")]
    [InlineData("arn:aws:lambda:invalid-region:111111111111:function:my-function")]
    [InlineData("arn:aws:ec2:us-east-1:111111111111:instance:i-1234567890abcdef0")]
    [InlineData("arn:aws:lambda:us-east-1:111111111111:function:my-function:1:2")]
    [InlineData("function:my-function:$LATEST:extra")]
    [InlineData("arn:aws:lambda::111111111111:function:my-function")]
    [InlineData("arn:aws:lambda:us-east-1::function:my-function")]
    [InlineData("arn:aws:lambda:us-east-1:111111111111:function:my-function:$LATES")]
    [InlineData("arn:aws:lambda:us-east-1:123400000000@function:myfn")]
    public void A_function_name_that_AWS_refuses_is_refused_in_its_words(string name) =>
        AssertInvalid(
            () => LambdaRequests.GetFunction(new Members(("FunctionName", name))),
            1,
            $"Value '{name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: {Namespaced}");

    [Theory]
    [InlineData("my-function")]
    [InlineData("function")]
    [InlineData("my-function:$LATEST")]
    [InlineData("my.function")]
    [InlineData("111111111111:function:my-function:1")]
    [InlineData("arn:aws:lambda:us-east-1:111111111111:function:my-function:live")]
    public void A_function_name_that_AWS_takes_is_taken(string name) =>
        Assert.Equal(name, LambdaRequests.GetFunction(new Members(("FunctionName", name))).FunctionName);

    [Fact]
    public void Two_violations_come_in_the_order_of_AWS_and_are_counted()
    {
        string qualifier = new('a', 129);
        string name = "arn:aws:lambda:invalid-region:111111111111:function:my-function-" + new string('a', 170);
        AssertInvalid(
            () => LambdaRequests.Invoke(new Members(("FunctionName", name), ("Qualifier", qualifier))),
            2,
            $"Value '{qualifier}' at 'qualifier' failed to satisfy constraint: Member must have length less than or equal to 128; "
            + $"Value '{name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: {Namespaced}");
    }

    [Fact]
    public void One_value_can_violate_two_constraints_length_first()
    {
        string name = $"arn:aws:lambda:invalid-region:111111111111:function:my-function-{new string('a', 170)}:{new string('a', 129)}";
        AssertInvalid(
            () => Create($$"""{"FunctionName":"{{name}}"}"""),
            2,
            $"Value '{name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 140; "
            + $"Value '{name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: {Plain}");
    }

    [Fact]
    public void A_qualifier_with_a_strange_character_is_refused() => AssertInvalid(
        () => LambdaRequests.DeleteFunction(new Members(("FunctionName", "f"), ("Qualifier", "invalid!"))),
        1,
        "Value 'invalid!' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: "
        + "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+");

    [Fact]
    public void An_unknown_value_names_the_set_at_the_path() => AssertInvalid(
        () => Create("""{"SnapStart":{"ApplyOn":"invalidOption"}}"""),
        1,
        "Value 'invalidOption' at 'snapStart.applyOn' failed to satisfy constraint: Member must satisfy enum value set: [PublishedVersions, None]");

    [Fact]
    public void A_layer_without_a_version_names_all_constraints_of_the_list() => AssertInvalid(
        () => Create("""{"Layers":["arn:aws:lambda:us-east-1:111111111111:layer:l"]}"""),
        1,
        "Value '[arn:aws:lambda:us-east-1:111111111111:layer:l]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: "
        + "[Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, "
        + "Member must satisfy regular expression pattern: ((arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:"
        + "\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)), Member must not be null]");

    [Fact]
    public void Runtimes_and_architectures_of_a_layer_are_refused_together() => AssertInvalid(
        () => LambdaRequests.PublishLayerVersion(
            """{"Content":{},"CompatibleRuntimes":["invalid"],"CompatibleArchitectures":["mips"]}"""u8, new Members(("LayerName", "l"))),
        2,
        $"Value '[invalid]' at 'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value set: {Creatable}; "
        + "Value '[mips]' at 'compatibleArchitectures' failed to satisfy constraint: Member must satisfy constraint: "
        + "[Member must satisfy enum value set: [x86_64, arm64]]");

    [Fact]
    public void Runtimes_that_can_no_longer_be_created_still_label_layers() =>
        LambdaRequests.PublishLayerVersion("""{"Content":{},"CompatibleRuntimes":["provided","python2.7"]}"""u8, new Members(("LayerName", "l")));

    [Fact]
    public void A_filter_that_is_no_runtime_names_the_long_list()
    {
        AwsError error = Assert.Throws<AwsError>(() => LambdaRequests.ListLayers(new Members(("CompatibleRuntime", "x"))));
        Assert.StartsWith(
            "1 validation error detected: Value 'x' at 'compatibleRuntime' failed to satisfy constraint: Member must satisfy enum value set: "
            + "[ruby2.6, dotnetcore1.0, python3.7,",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"MemorySize":127}""", "Value '127' at 'memorySize'", "Member must have value greater than or equal to 128")]
    [InlineData("""{"Timeout":0}""", "Value '0' at 'timeout'", "Member must have value greater than or equal to 1")]
    [InlineData("""{"EphemeralStorage":{"Size":10241}}""", "Value '10241' at 'ephemeralStorage.size'", "Member must have value less than or equal to 10240")]
    [InlineData("""{"EphemeralStorage":{}}""", "Value null at 'ephemeralStorage.size'", "Member must not be null")]
    [InlineData("""{"Architectures":[]}""", "Value '[]' at 'architectures'", "Member must have length greater than or equal to 1")]
    [InlineData("""{"Architectures":["x86_64","arm64"]}""", "Value '[x86_64, arm64]' at 'architectures'", "Member must have length less than or equal to 1")]
    [InlineData(
        """{"Architectures":["X86_64"]}""",
        "Value '[X86_64]' at 'architectures'",
        "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]")]
    [InlineData(
        """{"Environment":{"Variables":{"1A":"secret"}}}""",
        "Value at 'environment.variables'",
        "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]")]
    [InlineData(
        """{"FileSystemConfigs":[{"Arn":"x"}]}""",
        "Value null at 'fileSystemConfigs.1.member.localMountPath'",
        "Member must not be null")]
    public void A_value_out_of_bounds_is_named_with_its_bound(string members, string where, string constraint)
    {
        AwsError error = Assert.Throws<AwsError>(() => Create(members));
        Assert.Contains($"{where} failed to satisfy constraint: {constraint}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_must_be_there_and_is_not_is_null() => AssertInvalid(
        () => LambdaRequests.CreateFunction("""{"FunctionName":"f"}"""u8, new Members()),
        2,
        "Value null at 'code' failed to satisfy constraint: Member must not be null; "
        + "Value null at 'role' failed to satisfy constraint: Member must not be null");

    [Fact]
    public void The_runtime_of_a_function_is_left_to_the_operation() => Create("""{"Runtime":"cobol"}""");

    [Fact]
    public void A_text_made_to_run_a_pattern_wild_is_refused_soon()
    {
        string name = string.Concat(Enumerable.Repeat("aa-a-1:", 36)) + "!";
        Assert.Throws<AwsError>(() => LambdaRequests.GetFunction(new Members(("FunctionName", name))));
    }

    [Theory]
    [InlineData("VersionNumber", "x")]
    [InlineData("VersionNumber", "99999999999999999999")]
    [InlineData("VersionNumber", "1.5")]
    public void A_number_in_the_path_that_is_none_is_named(string name, string value)
    {
        AwsError error = Assert.Throws<AwsError>(() => LambdaRequests.GetLayerVersion(new Members(("LayerName", "l"), (name, value))));
        Assert.Equal(("SerializationException", $"Value '{value}' at 'versionNumber' is not a number."), (error.Code, error.Message));
    }

    /// <summary>A create request that is right but for the members given, which come first and so win nothing.</summary>
    private static CreateFunctionRequest Create(string members)
    {
        string rest = """{"Role":"arn:aws:iam::000000000000:role/r","Code":{}""" + (members.Contains("FunctionName", StringComparison.Ordinal) ? "}" : ""","FunctionName":"f"}""");
        return LambdaRequests.CreateFunction(Encoding.UTF8.GetBytes(members[..^1] + "," + rest[1..]), new Members());
    }

    private static void AssertInvalid(Action read, int count, string violations)
    {
        AwsError error = Assert.Throws<AwsError>(read);
        string errors = count == 1 ? "1 validation error" : $"{count} validation errors";
        Assert.Equal(("ValidationException", 400, $"{errors} detected: {violations}"), (error.Code, error.Status, error.Message));
    }
}
