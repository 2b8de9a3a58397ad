using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Functions;

public sealed class UpdateFunctionTests : IAsyncDisposable
{
    /// <summary>Who comes while the winner's update is under way may hear of that first.</summary>
    private static readonly string[] TooLate = ["PreconditionFailedException", "ResourceConflictException"];

    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task While_an_update_is_in_progress_invocations_use_the_former_version()
    {
        FunctionVersion before = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        _ = _house.Catalog.HoldAfter(1);
        Task settled = _house.SettledAsync("fn");
        FunctionVersion answer = await UpdateCodeAsync("fn", FunctionsHouse.Code("new = 1"));

        Assert.Equal(UpdateStatus.InProgress, answer.LastUpdate);
        Assert.Equal(FunctionState.Active, answer.State);
        Assert.NotEqual(before.RevisionId, answer.RevisionId);
        Assert.Equal(answer, _house.Latest("fn"), SameRevision);
        Assert.Equal(before, _house.Invocable("fn"), SameRevision);

        _house.Catalog.Open();
        await settled;
        FunctionVersion after = _house.Latest("fn");
        Assert.Equal(UpdateStatus.Successful, after.LastUpdate);
        Assert.NotEqual(answer.RevisionId, after.RevisionId);
        Assert.Equal(after, _house.Invocable("fn"), SameRevision);
        Assert.Equal(answer.Code, after.Code);
    }

    [Fact]
    public async Task An_update_during_an_update_is_refused()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        _ = _house.Catalog.HoldAfter(1);
        await UpdateCodeAsync("fn", FunctionsHouse.Code("new = 1"));

        AwsError error = await Assert.ThrowsAsync<AwsError>(() => ConfigureAsync(new() { FunctionName = "fn", Timeout = 4 }));
        Assert.Equal(("ResourceConflictException", 409), (error.Code, error.Status));
        Assert.Equal(
            "The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:us-east-1:000000000000:function:fn",
            error.Message);
    }

    [Theory]
    [InlineData("read")]
    [InlineData("listed")]
    [InlineData("invoked")]
    [InlineData("a second")]
    public async Task An_update_keeps_another_one_out_until_its_end_is_seen_or_a_second_has_gone_by(string end)
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        Task settled = _house.SettledAsync("fn");
        await UpdateCodeAsync("fn", FunctionsHouse.Code("new = 1"));
        await settled;
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => UpdateCodeAsync("fn", FunctionsHouse.Code("new = 2")));
        Assert.StartsWith("The operation cannot be performed at this time. An update is in progress", error.Message, StringComparison.Ordinal);

        switch (end)
        {
            case "read":
                Assert.Equal(UpdateStatus.Successful, _house.Latest("fn").LastUpdate);
                break;
            case "listed":
                Assert.Single(_house.Directory.List(FunctionsHouse.Caller, after: null));
                break;
            case "invoked":
                _house.Invocable("fn");
                break;
            default:
                _house.Time.Advance(Limits.UnseenUpdate);
                break;
        }

        Assert.Equal(5, (await ConfigureAsync(new() { FunctionName = "fn", Timeout = 5 })).TimeoutSeconds);
    }

    [Fact]
    public async Task An_update_of_a_pending_function_is_refused()
    {
        _ = _house.Catalog.HoldAfter(1);
        await _house.CreateAsync(FunctionsHouse.Request("fn"));
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => ConfigureAsync(new() { FunctionName = "fn", Timeout = 4 }));
        Assert.Equal("The operation cannot be performed at this time. The function is currently in the following state: Pending", error.Message);
    }

    [Fact]
    public async Task Only_what_a_request_names_is_changed()
    {
        FunctionVersion before = await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with
        {
            Description = "old",
            Environment = new Lamina.Contract.Lambda.Environment { Variables = new Dictionary<string, string> { ["A"] = "1" } },
        });
        _house.Time.Advance(TimeSpan.FromMilliseconds(1));
        FunctionVersion after = await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Timeout = 10, Runtime = "python3.11" });

        Assert.Equal((10, "python3.11", "old", "1"), (after.TimeoutSeconds, after.Runtime, after.Description, after.Environment!["A"]));
        Assert.Equal((before.Handler, before.MemorySizeMiB, before.Code), (after.Handler, after.MemorySizeMiB, after.Code));
        Assert.Equal("2026-01-02T03:04:05.679+0000", after.LastModified);
    }

    [Fact]
    public async Task A_stale_revision_is_refused_by_both_updates()
    {
        FunctionVersion function = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        string stale = Guid.NewGuid().ToString();
        AwsError code = await Assert.ThrowsAsync<AwsError>(() => _house.Editor.UpdateCodeAsync(
            FunctionsHouse.Caller, new() { FunctionName = "fn", RevisionId = stale }, FunctionsHouse.Code("x = 1"), CancellationToken.None));
        AwsError configuration = await Assert.ThrowsAsync<AwsError>(() => ConfigureAsync(new() { FunctionName = "fn", RevisionId = stale }));

        Assert.Equal(("PreconditionFailedException", 412), (code.Code, code.Status));
        Assert.Equal(
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
            code.Message);
        Assert.Equal(code.Message, configuration.Message);
        Assert.Equal(function.RevisionId, _house.Latest("fn").RevisionId);
    }

    [Fact]
    public async Task Of_two_writers_with_one_revision_one_wins()
    {
        FunctionVersion function = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        Task<FunctionVersion>[] writers =
        [
            .. Enumerable.Range(1, 8).Select(timeout => Task.Run(() =>
                ConfigureAsync(new() { FunctionName = "fn", RevisionId = function.RevisionId, Timeout = timeout }))),
        ];
        await Task.WhenAll(writers).ContinueWith(static _ => { }, TaskScheduler.Default);

        FunctionVersion winner = await Assert.Single(writers, static writer => writer.IsCompletedSuccessfully);
        Assert.All(
            writers.Where(static writer => writer.IsFaulted),
            static writer => Assert.Contains(Assert.IsType<AwsError>(writer.Exception!.InnerException).Code, TooLate));
        Assert.Equal(winner.TimeoutSeconds, _house.Latest("fn").TimeoutSeconds);
    }

    [Fact]
    public async Task A_dry_run_shows_the_new_code_and_changes_nothing()
    {
        FunctionVersion before = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        byte[] code = FunctionsHouse.Code("new = 1");
        FunctionVersion shown = await _house.Editor.UpdateCodeAsync(
            FunctionsHouse.Caller, new() { FunctionName = "fn", DryRun = true }, code, CancellationToken.None);

        Assert.Equal(Sha256.Of(code), shown.Code!.Digest);
        Assert.Equal(before, _house.Latest("fn"), SameRevision);
        Assert.Equal(before.Code, _house.Latest("fn").Code);
    }

    [Fact]
    public async Task An_image_is_refused_for_a_function_made_from_a_zip()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => _house.Editor.UpdateCodeAsync(
            FunctionsHouse.Caller, new() { FunctionName = "fn", ImageUri = "repo:tag" }, Array.Empty<byte>(), CancellationToken.None));
        Assert.Equal("Please don't provide ImageUri when updating a function with packageType Zip.", error.Message);
    }

    [Theory]
    [InlineData("JSON", null, null, "JSON INFO INFO /aws/lambda/fn")]
    [InlineData("JSON", "DEBUG", null, "JSON DEBUG INFO /aws/lambda/fn")]
    [InlineData(null, null, "cool_lambda", "Text   cool_lambda")]
    public async Task A_partial_logging_configuration_changes_its_members(string? format, string? level, string? group, string expected)
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        LoggingConfig logging = new() { LogFormat = format, ApplicationLogLevel = level, LogGroup = group };
        FunctionSettings after = (await _house.ConfigureReadyAsync(new() { FunctionName = "fn", LoggingConfig = logging })).Settings;
        Assert.Equal(expected, $"{after.LogFormat} {after.ApplicationLogLevel} {after.SystemLogLevel} {after.LogGroup}");
    }

    [Fact]
    public async Task Levels_go_when_the_format_goes_back_to_text()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with { LoggingConfig = new LoggingConfig { LogFormat = "JSON" } });
        FunctionVersion after = await _house.ConfigureReadyAsync(new()
        {
            FunctionName = "fn",
            LoggingConfig = new LoggingConfig { LogFormat = "Text" },
        });
        Assert.Equal(("Text", null, null), (after.Settings.LogFormat, after.Settings.ApplicationLogLevel, after.Settings.SystemLogLevel));
    }

    [Fact]
    public async Task Empty_VPC_lists_take_the_function_out_of_its_VPC()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with
        {
            VpcConfig = new VpcConfig { SubnetIds = ["subnet-1"], SecurityGroupIds = ["sg-1"] },
        });
        FunctionVersion after = await _house.ConfigureReadyAsync(new()
        {
            FunctionName = "fn",
            VpcConfig = new VpcConfig { SubnetIds = [], SecurityGroupIds = [] },
        });
        Assert.Empty(after.Settings.VpcSubnetIds!);
        Assert.Empty(after.Settings.VpcSecurityGroupIds!);
    }

    public static TheoryData<string, UpdateFunctionConfigurationRequest, bool> Changes => new()
    {
        { "timeout", new() { Timeout = 9 }, true },
        { "memory", new() { MemorySize = 256 }, true },
        { "tmp", new() { EphemeralStorage = new EphemeralStorage { Size = 1_024 } }, true },
        { "handler", new() { Handler = "index.other" }, true },
        { "runtime", new() { Runtime = "python3.13" }, true },
        { "variable", new() { Environment = new() { Variables = new Dictionary<string, string> { ["A"] = "2" } } }, true },
        { "no variables", new() { Environment = new() }, true },
        { "log format", new() { LoggingConfig = new LoggingConfig { LogFormat = "JSON" } }, true },
        { "description", new() { Description = "new" }, false },
        { "same variables", new() { Environment = new() { Variables = new Dictionary<string, string> { ["A"] = "1" } } }, false },
        { "dead letters", new() { DeadLetterConfig = new DeadLetterConfig { TargetArn = "arn:aws:sqs:us-east-1:000000000000:q" } }, false },
        { "nothing", new(), false },
    };

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public async Task Environments_are_stale_exactly_when_they_would_notice(string what, UpdateFunctionConfigurationRequest change, bool noticed)
    {
        FunctionVersion before = await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with
        {
            Environment = new Lamina.Contract.Lambda.Environment { Variables = new Dictionary<string, string> { ["A"] = "1" } },
        });
        FunctionVersion after = await _house.ConfigureReadyAsync(change with { FunctionName = "fn" });
        Assert.True(noticed == (before.EnvironmentKey != after.EnvironmentKey), what);
    }

    [Fact]
    public async Task The_same_files_in_another_zip_are_not_noticed_by_environments()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        FunctionVersion first = await _house.UpdateCodeReadyAsync("fn", FunctionsHouse.Zip(("a", "1"), ("b", "2")));
        FunctionVersion reordered = await _house.UpdateCodeReadyAsync("fn", FunctionsHouse.Zip(("b", "2"), ("a", "1")));
        FunctionVersion changed = await _house.UpdateCodeReadyAsync("fn", FunctionsHouse.Zip(("a", "1"), ("b", "3")));

        Assert.NotEqual(first.CodeSha256, reordered.CodeSha256);
        Assert.Equal(first.EnvironmentKey, reordered.EnvironmentKey);
        Assert.NotEqual(reordered.EnvironmentKey, changed.EnvironmentKey);
    }

    internal static bool SameRevision(FunctionVersion left, FunctionVersion right) => left.RevisionId == right.RevisionId;

    private Task<FunctionVersion> ConfigureAsync(UpdateFunctionConfigurationRequest request) =>
        _house.Editor.UpdateConfigurationAsync(FunctionsHouse.Caller, request, CancellationToken.None);

    private Task<FunctionVersion> UpdateCodeAsync(string name, byte[] code) => _house.Editor.UpdateCodeAsync(
        FunctionsHouse.Caller, new UpdateFunctionCodeRequest { FunctionName = name }, code, CancellationToken.None);
}
