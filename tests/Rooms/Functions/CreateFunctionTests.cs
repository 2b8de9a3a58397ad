using System.Text;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Functions;

public sealed class CreateFunctionTests : IAsyncDisposable
{
    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_new_function_is_pending_with_the_defaults_of_Lambda()
    {
        _ = _house.Catalog.HoldAfter(1);
        FunctionVersion created = await _house.CreateAsync(FunctionsHouse.Request("fn"));

        Assert.Equal("$LATEST", created.Version);
        Assert.Equal(FunctionState.Creating, created.State);
        Assert.Equal((3, 128, 512), (created.TimeoutSeconds, created.MemorySizeMiB, created.EphemeralStorageMiB));
        Assert.Equal(["x86_64"], created.Architectures);
        Assert.Equal(string.Empty, created.Description);
        Assert.Null(created.Environment);
        Assert.Equal("/aws/lambda/fn", created.Settings.LogGroup);
        Assert.Equal(("Text", "PassThrough", "None"), (created.Settings.LogFormat, created.Settings.TracingMode, created.Settings.SnapStartApplyOn));
        Assert.Equal("2026-01-02T03:04:05.678+0000", created.LastModified);
    }

    [Fact]
    public async Task A_function_becomes_active_with_a_new_revision_once_its_trees_are_there()
    {
        Task settled = _house.SettledAsync("fn");
        FunctionVersion created = await _house.CreateAsync(FunctionsHouse.Request("fn"));
        await settled;
        FunctionVersion active = _house.Latest("fn");

        Assert.Equal(FunctionState.Active, active.State);
        Assert.Equal(UpdateStatus.Successful, active.LastUpdate);
        Assert.NotEqual(created.RevisionId, active.RevisionId);
        Assert.Equal(created.EnvironmentKey, active.EnvironmentKey);
        Assert.Equal(created.LastModified, active.LastModified);
        Assert.True(_house.Trees.IsReady(active.Code!));
    }

    [Fact]
    public async Task A_second_function_of_one_name_is_refused()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        AwsError error = await RefusedAsync(FunctionsHouse.Request("fn"));
        Assert.Equal(("ResourceConflictException", 409, "Function already exist: fn"), (error.Code, error.Status, error.Message));
    }

    [Fact]
    public async Task One_name_in_another_region_is_another_function()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        Caller elsewhere = FunctionsHouse.Caller with { Region = "eu-west-1" };
        FunctionVersion created = await _house.Editor.CreateAsync(
            elsewhere, FunctionsHouse.Request("fn"), FunctionsHouse.Code("x = 1"), CancellationToken.None);
        Assert.Equal("arn:aws:lambda:eu-west-1:000000000000:function:fn", created.Arn.ToString());
    }

    [Fact]
    public async Task SnapStart_is_for_some_runtimes_only()
    {
        SnapStart snapStart = new() { ApplyOn = "PublishedVersions" };
        AwsError error = await RefusedAsync(FunctionsHouse.Request("fn") with { Runtime = "python3.11", SnapStart = snapStart });
        Assert.Equal("python3.11 is not supported for SnapStart enabled functions.", error.Message);

        await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with { Runtime = "python3.11", SnapStart = new SnapStart { ApplyOn = "None" } });
        UpdateFunctionConfigurationRequest update = new() { FunctionName = "fn", SnapStart = snapStart };
        error = await Assert.ThrowsAsync<AwsError>(() => _house.ConfigureReadyAsync(update));
        Assert.Equal("python3.11 is not supported for SnapStart enabled functions.", error.Message);
        await _house.ConfigureReadyAsync(update with { Runtime = "python3.12" });
    }

    [Theory]
    [InlineData("python3.7")]
    [InlineData("go1.x")]
    [InlineData("nodejs14.x")]
    [InlineData("dotnetcore3.1")]
    [InlineData("ruby2.7")]
    public async Task A_deprecated_runtime_is_refused(string runtime)
    {
        AwsError error = await RefusedAsync(FunctionsHouse.Request("fn") with { Runtime = runtime });
        Assert.Equal(
            $"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
            + "We recommend you use a supported runtime while creating or updating functions.",
            error.Message);
    }

    [Fact]
    public async Task An_unknown_runtime_is_answered_with_those_there_are()
    {
        AwsError error = await RefusedAsync(FunctionsHouse.Request("fn") with { Runtime = "cobol" });
        Assert.Equal("InvalidParameterValueException", error.Code);
        Assert.StartsWith(
            "Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [nodejs20.x, python3.14, provided.al2023,",
            error.Message, StringComparison.Ordinal);
        Assert.EndsWith(", provided.al2, java8.al2] or be a valid ARN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runtime_that_is_younger_than_the_printed_list_is_taken()
    {
        FunctionVersion created = await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with { Runtime = "java17.al2023" });
        Assert.Equal("java17.al2023", created.Runtime);
    }

    [Fact]
    public async Task Runtime_and_handler_are_mandatory()
    {
        const string Text = "Runtime and Handler are mandatory parameters for functions created with deployment packages.";
        Assert.Equal(Text, (await RefusedAsync(FunctionsHouse.Request("fn") with { Runtime = null })).Message);
        Assert.Equal(Text, (await RefusedAsync(FunctionsHouse.Request("fn") with { Handler = null })).Message);
    }

    [Fact]
    public async Task Timeout_and_memory_beyond_ordinary_functions_are_refused()
    {
        Assert.Equal(
            "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
            (await RefusedAsync(FunctionsHouse.Request("fn") with { Timeout = 901 })).Message);
        Assert.Equal(
            "1 validation error detected: Value '10241' at 'memorySize' failed to satisfy constraint: Member must have value less than or equal to 10240",
            (await RefusedAsync(FunctionsHouse.Request("fn") with { MemorySize = 10_241 })).Message);
    }

    [Fact]
    public async Task Reserved_variables_are_named_in_the_order_of_the_request()
    {
        AwsError error = await RefusedAsync(WithVariables(
            ("AWS_SECRET_ACCESS_KEY", "a"), ("FINE", "b"), ("AWS_ACCESS_KEY_ID", "c")));
        Assert.Equal(
            "Lambda was unable to configure your environment variables because the environment variables you have provided contains "
            + "reserved keys that are currently not supported for modification. "
            + "Reserved keys used in this request: AWS_SECRET_ACCESS_KEY, AWS_ACCESS_KEY_ID",
            error.Message);
    }

    [Fact]
    public async Task Variables_may_measure_4096_bytes_as_JSON_and_not_one_more()
    {
        string most = new('x', 4_096 - """{"SMALL_VAR":"ok","LARGE_VAR":""}""".Length);
        FunctionVersion created = await _house.CreateAsync(WithVariables(("SMALL_VAR", "ok"), ("LARGE_VAR", most)));
        Assert.Equal(most, created.Environment!["LARGE_VAR"]);

        AwsError error = await RefusedAsync(WithVariables(("SMALL_VAR", "ok"), ("LARGE_VAR", most + "x")) with { FunctionName = "other" });
        Assert.Equal(
            "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. "
            + $$"""String measured: {"SMALL_VAR":"ok","LARGE_VAR":"{{most}}x"}""",
            error.Message);
    }

    [Fact]
    public async Task Variables_are_measured_in_bytes()
    {
        string half = new('é', 2_048);
        AwsError error = await RefusedAsync(WithVariables(("V", half)));
        Assert.Contains($$"""String measured: {"V":"{{half}}"}""", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_environment_without_variables_is_kept_as_an_empty_one()
    {
        FunctionVersion created = await _house.CreateAsync(FunctionsHouse.Request("fn") with { Environment = new Lamina.Contract.Lambda.Environment() });
        Assert.NotNull(created.Environment);
        Assert.Empty(created.Environment);
    }

    [Fact]
    public async Task A_name_beyond_64_characters_is_refused()
    {
        string name = new('a', 65);
        AwsError error = await RefusedAsync(FunctionsHouse.Request(name));
        Assert.Equal("InvalidParameterValueException", error.Code);
        Assert.Equal(
            $"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64",
            error.Message);
    }

    [Fact]
    public async Task A_package_that_is_no_zip_makes_no_function()
    {
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => _house.Editor.CreateAsync(
            FunctionsHouse.Caller, FunctionsHouse.Request("fn"), Encoding.UTF8.GetBytes("not a zip"), CancellationToken.None));
        Assert.Equal("Could not unzip uploaded file. Please check your file, then try to upload again.", error.Message);
        Assert.Empty(_house.Directory.List(FunctionsHouse.Caller, null));
    }

    [Fact]
    public async Task What_is_not_served_is_refused_by_name()
    {
        Assert.Contains("PublishTo", (await RefusedAsync(FunctionsHouse.Request("fn") with { PublishTo = "LATEST_PUBLISHED" })).Message, StringComparison.Ordinal);
        Assert.Contains("TenancyConfig", (await RefusedAsync(FunctionsHouse.Request("fn") with { TenancyConfig = new() })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_systems_come_back_as_they_were_given_and_want_a_network()
    {
        CreateFunctionRequest request = FunctionsHouse.Request("fn") with
        {
            FileSystemConfigs = [new() { Arn = "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-1", LocalMountPath = "/mnt/x" }],
        };
        Assert.Equal(
            "Function must be configured to execute in a VPC to reference access points.", (await RefusedAsync(request)).Message);

        FunctionVersion created = await _house.CreateReadyAsync(request with { VpcConfig = new() { SubnetIds = ["subnet-1"], SecurityGroupIds = ["sg-1"] } });
        Assert.Equal("/mnt/x", Assert.Single(created.Settings.FileSystems!).LocalMountPath);
    }

    [Fact]
    public async Task Settings_come_back_as_they_were_given()
    {
        FunctionVersion created = await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with
        {
            TracingConfig = new TracingConfig { Mode = "Active" },
            DeadLetterConfig = new DeadLetterConfig { TargetArn = "arn:aws:sqs:us-east-1:000000000000:q" },
            KMSKeyArn = "arn:aws:kms:us-east-1:000000000000:key/k",
            LoggingConfig = new LoggingConfig { LogFormat = "JSON", ApplicationLogLevel = "DEBUG" },
            VpcConfig = new VpcConfig { SubnetIds = ["subnet-1"], SecurityGroupIds = ["sg-1"], Ipv6AllowedForDualStack = true },
            SnapStart = new SnapStart { ApplyOn = "PublishedVersions" },
            Tags = new Dictionary<string, string> { ["team"] = "a" },
        });
        await using FunctionsHouse reopened = await _house.ReopenAsync();

        FunctionSettings settings = reopened.Latest("fn").Settings;
        Assert.Equal(created.Settings with { VpcSubnetIds = null, VpcSecurityGroupIds = null }, settings with { VpcSubnetIds = null, VpcSecurityGroupIds = null });
        Assert.Equal(("JSON", "DEBUG", "INFO"), (settings.LogFormat, settings.ApplicationLogLevel, settings.SystemLogLevel));
        Assert.Equal(["subnet-1"], settings.VpcSubnetIds!);
        Assert.True(settings.VpcIpv6Allowed);
        Assert.Equal("a", reopened.Directory.FindTags(FunctionsHouse.ArnOf("fn"))!["team"]);
    }

    private static CreateFunctionRequest WithVariables(params (string Name, string Value)[] variables) => FunctionsHouse.Request("fn") with
    {
        Environment = new Lamina.Contract.Lambda.Environment { Variables = variables.ToDictionary(static v => v.Name, static v => v.Value) },
    };

    private Task<AwsError> RefusedAsync(CreateFunctionRequest request) => Assert.ThrowsAsync<AwsError>(() => _house.CreateAsync(request));
}
