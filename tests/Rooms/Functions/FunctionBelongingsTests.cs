using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;
using Lamina.Functions.EventSources;
using Lamina.Functions.Settings;
using Lamina.Functions.Urls;

namespace Lamina.Rooms.Tests.Functions;

public sealed class FunctionBelongingsTests
{
    private const string Arn = "arn:aws:lambda:us-east-1:000000000000:function:fn";
    private const string Queue = "arn:aws:sqs:us-east-1:000000000000:queue";
    private const string Stream = "arn:aws:kinesis:us-east-1:000000000000:stream/s";

    [Fact]
    public async Task What_hangs_on_a_function_goes_with_it_and_does_not_come_back_with_its_name()
    {
        await using FunctionsHouse house = await HouseAsync();
        EventInvokeConfigs events = new(house.Catalog, house.Time);
        FunctionUrls urls = new(house.Catalog, house.Time);
        RecursionControl recursion = new(house.Catalog);
        RuntimeManagement runtimes = new(house.Catalog);
        await events.PutAsync(FunctionsHouse.Caller, new() { FunctionName = "fn", MaximumRetryAttempts = 1 }, CancellationToken.None);
        FunctionUrl url = await urls.CreateAsync(FunctionsHouse.Caller, new() { FunctionName = "fn", AuthType = "NONE" }, CancellationToken.None);
        await recursion.PutAsync(FunctionsHouse.Caller, "fn", "Allow", CancellationToken.None);
        await runtimes.PutAsync(FunctionsHouse.Caller, new() { FunctionName = "fn", UpdateRuntimeOn = "FunctionUpdate" }, CancellationToken.None);
        Assert.Equal(url, urls.Find(url.Id));

        await house.DeleteAsync("fn");
        await house.CreateReadyAsync(FunctionsHouse.Request("fn"));

        Assert.Null(urls.Find(url.Id));
        Assert.Empty(urls.List(FunctionsHouse.Caller, "fn", null));
        Assert.Empty(events.List(FunctionsHouse.Caller, "fn", null));
        Assert.Equal("Terminate", recursion.Get(FunctionsHouse.Caller, "fn"));
        Assert.Equal("Auto", runtimes.Get(FunctionsHouse.Caller, "fn", null).UpdateRuntimeOn);
    }

    [Fact]
    public async Task A_name_that_begins_like_another_keeps_its_own()
    {
        await using FunctionsHouse house = await HouseAsync();
        await house.CreateReadyAsync(FunctionsHouse.Request("fn2"));
        RecursionControl recursion = new(house.Catalog);
        await recursion.PutAsync(FunctionsHouse.Caller, "fn2", "Allow", CancellationToken.None);

        await house.DeleteAsync("fn");

        Assert.Equal("Allow", recursion.Get(FunctionsHouse.Caller, "fn2"));
    }

    [Fact]
    public async Task Tags_change_the_revision_and_are_at_most_fifty()
    {
        await using FunctionsHouse house = await HouseAsync();
        ResourceTags tags = new(house.Catalog, house.Policies);
        string before = house.Latest("fn").RevisionId;
        await tags.AddAsync(FunctionsHouse.Caller, Arn, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, CancellationToken.None);
        Assert.NotEqual(before, house.Latest("fn").RevisionId);

        AwsError tooMany = await Assert.ThrowsAsync<AwsError>(() => tags.AddAsync(
            FunctionsHouse.Caller, Arn, Enumerable.Range(0, 49).ToDictionary(static i => $"k{i}", static _ => "v"), CancellationToken.None));
        Assert.Equal("Number of tags exceeds resource tag limit.", tooMany.Message);

        await tags.RemoveAsync(FunctionsHouse.Caller, Arn, ["a", "absent"], CancellationToken.None);
        Assert.Equal("2", Assert.Single(tags.List(FunctionsHouse.Caller, Arn)).Value);
    }

    [Fact]
    public async Task Code_that_nobody_signed_is_refused_when_the_policy_says_so()
    {
        await using FunctionsHouse house = await HouseAsync();
        CodeSigningConfigs configs = new(house.Catalog, house.Time);
        CodeSigningDocument config = await configs.CreateAsync(
            FunctionsHouse.Caller,
            new()
            {
                AllowedPublishers = new() { SigningProfileVersionArns = ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/p"] },
                CodeSigningPolicies = new() { UntrustedArtifactOnDeployment = "Enforce" },
            },
            CancellationToken.None);
        await new FunctionCodeSigning(house.Catalog).PutAsync(FunctionsHouse.Caller, "fn", config.Arn, CancellationToken.None);

        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => house.UpdateCodeReadyAsync("fn", FunctionsHouse.Zip(("index.py", "2"))));
        Assert.Equal("CodeVerificationFailedException", refused.Code);
        AwsError inUse = await Assert.ThrowsAsync<AwsError>(() => configs.DeleteAsync(FunctionsHouse.Caller, config.Arn, CancellationToken.None));
        Assert.Equal("ResourceConflictException", inUse.Code);

        await house.DeleteAsync("fn");
        await configs.DeleteAsync(FunctionsHouse.Caller, config.Arn, CancellationToken.None);
    }

    [Theory]
    [InlineData("arn:aws:sns:us-east-1:000000000000:topic", "Unrecognized event source.")]
    [InlineData(Stream, "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.")]
    public async Task A_source_that_cannot_be_read_is_refused(string source, string message)
    {
        await using FunctionsHouse house = await HouseAsync();
        Assert.Equal(message, await RefusedAsync(house, new() { FunctionName = "fn", EventSourceArn = source }));
    }

    [Fact]
    public async Task Parameters_of_other_kinds_of_source_are_refused()
    {
        await using FunctionsHouse house = await HouseAsync();
        CreateEventSourceMappingRequest queue = new() { FunctionName = "fn", EventSourceArn = Queue };
        static string Unsupported(string parameter) => $"Unsupported {parameter} parameter for given event source mapping type.";
        Assert.Equal(Unsupported("ParallelizationFactor"), await RefusedAsync(house, queue with { ParallelizationFactor = 2 }));
        Assert.Equal(Unsupported("DestinationConfig"), await RefusedAsync(house, queue with { DestinationConfig = new() { OnFailure = new() } }));
        Assert.Equal(Unsupported("Topics"), await RefusedAsync(house, queue with { Topics = ["t"] }));
        Assert.Equal(
            Unsupported("ScalingConfig"),
            await RefusedAsync(house, queue with { EventSourceArn = Stream, StartingPosition = "LATEST", ScalingConfig = new() { MaximumConcurrency = 2 } }));
        Assert.Equal(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
            await RefusedAsync(house, queue with { BatchSize = 11 }));
        Assert.Equal(
            "Invalid filter pattern definition.",
            await RefusedAsync(house, queue with { FilterCriteria = new() { Filters = [new() { Pattern = """{"body": "text"}""" }] } }));
    }

    [Fact]
    public async Task Kafka_of_ones_own_starts_at_the_oldest_record_and_is_read_once_per_topic()
    {
        await using FunctionsHouse house = await HouseAsync();
        EventSourceMappings mappings = new(house.Catalog, house.Time);
        CreateEventSourceMappingRequest request = new()
        {
            FunctionName = "fn",
            Topics = ["orders"],
            SelfManagedEventSource = new() { Endpoints = new Dictionary<string, IReadOnlyList<string>> { ["KAFKA_BOOTSTRAP_SERVERS"] = ["a:9092", "b:9092"] } },
        };
        Assert.Equal("Required 'sourceAccessConfigurations' parameter is missing.", await RefusedAsync(house, request));

        request = request with { SourceAccessConfigurations = [new() { Type = "BASIC_AUTH", URI = "arn:aws:secretsmanager:us-east-1:000000000000:secret:s" }] };
        EventSourceMappingConfiguration created = await mappings.CreateAsync(FunctionsHouse.Caller, request, CancellationToken.None);
        Assert.Equal(("TRIM_HORIZON", 100, created.UUID), (created.StartingPosition, created.BatchSize, created.SelfManagedKafkaEventSourceConfig!.ConsumerGroupId));

        AwsError twice = await Assert.ThrowsAsync<AwsError>(() => mappings.CreateAsync(FunctionsHouse.Caller, request, CancellationToken.None));
        Assert.Equal(
            "An event source mapping with event source (\"a:9092,b:9092\"), function (\"fn\"), topics (\"orders\") already exists. "
            + $"Please update or delete the existing mapping with UUID {created.UUID}",
            twice.Message);
        Assert.NotNull(await mappings.CreateAsync(FunctionsHouse.Caller, request with { Topics = ["returns"] }, CancellationToken.None));
    }

    [Fact]
    public async Task Nobody_finds_the_tags_of_a_capacity_provider()
    {
        await using FunctionsHouse house = await HouseAsync();
        const string Provider = "arn:aws:lambda:us-east-1:000000000000:capacity-provider:none";
        AwsError unknown = Assert.Throws<AwsError>(() => new ResourceTags(house.Catalog, house.Policies).List(FunctionsHouse.Caller, Provider));
        Assert.Equal(("ResourceNotFoundException", $"Capacity provider not found: {Provider}"), (unknown.Code, unknown.Message));
    }

    [Fact]
    public async Task A_mapping_rests_in_the_state_that_was_asked_for_and_exists_once()
    {
        await using FunctionsHouse house = await HouseAsync();
        EventSourceMappings mappings = new(house.Catalog, house.Time);
        CreateEventSourceMappingRequest request = new() { FunctionName = "fn", EventSourceArn = Queue };
        EventSourceMappingConfiguration created = await mappings.CreateAsync(FunctionsHouse.Caller, request, CancellationToken.None);
        Assert.Equal(("Creating", "Enabled"), (created.State, mappings.Get(FunctionsHouse.Caller, created.UUID!).State));

        AwsError twice = await Assert.ThrowsAsync<AwsError>(() => mappings.CreateAsync(FunctionsHouse.Caller, request, CancellationToken.None));
        Assert.Equal(
            $"An event source mapping with SQS arn (\" {Queue} \") and function (\" fn \") already exists. "
            + $"Please update or delete the existing mapping with UUID {created.UUID}",
            twice.Message);

        EventSourceMappingConfiguration disabled = await mappings.UpdateAsync(
            FunctionsHouse.Caller, new() { UUID = created.UUID, Enabled = false }, CancellationToken.None);
        Assert.Equal(("Disabling", "Disabled"), (disabled.State, mappings.Get(FunctionsHouse.Caller, created.UUID!).State));

        await mappings.DeleteAsync(FunctionsHouse.Caller, created.UUID!, CancellationToken.None);
        Assert.Empty(mappings.List(FunctionsHouse.Caller, null, null, null));
    }

    private static async Task<FunctionsHouse> HouseAsync()
    {
        FunctionsHouse house = FunctionsHouse.Open();
        await house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        return house;
    }

    private static async Task<string> RefusedAsync(FunctionsHouse house, CreateEventSourceMappingRequest request)
    {
        EventSourceMappings mappings = new(house.Catalog, house.Time);
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => mappings.CreateAsync(FunctionsHouse.Caller, request, CancellationToken.None));
        Assert.Equal("InvalidParameterValueException", refused.Code);
        return refused.Message;
    }
}
