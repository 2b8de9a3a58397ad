using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Functions;

public sealed class ConcurrencySettingsTests : IAsyncDisposable
{
    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_reservation_takes_from_what_the_others_share_and_gives_it_back()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        await ReserveAsync("fn", 300);
        Assert.Equal(700, Unreserved());
        await ReserveAsync("fn", 200);
        Assert.Equal((800, 200), (Unreserved(), _house.Concurrency.GetReserved(FunctionsHouse.Caller, "fn")));

        await _house.Concurrency.DeleteReservedAsync(FunctionsHouse.Caller, "fn", CancellationToken.None);
        Assert.Equal((1000, null), (Unreserved(), _house.Concurrency.GetReserved(FunctionsHouse.Caller, "fn")));
    }

    [Fact]
    public async Task A_hundred_executions_stay_unreserved()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => ReserveAsync("fn", 901));
        Assert.Equal(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
            error.Message);
        await ReserveAsync("fn", 900);
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn2"));
        await ReserveAsync("fn2", 0);
        Assert.NotNull(await Assert.ThrowsAsync<AwsError>(() => ReserveAsync("fn2", 1)));
    }

    [Theory]
    [InlineData("none", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:none:$LATEST")]
    [InlineData(
        "fn:1",
        "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
        + "Please specify either a function name or an unqualified function ARN.")]
    public async Task What_cannot_have_a_reservation_is_refused_in_AWS_s_words(string name, string text)
    {
        await _house.CreateTwoVersionsAsync("fn");
        Assert.Equal(text, (await Assert.ThrowsAsync<AwsError>(() => ReserveAsync(name, 1))).Message);
    }

    [Fact]
    public async Task What_is_provisioned_fits_into_the_reservation_and_the_reservation_around_it()
    {
        await _house.CreateTwoVersionsAsync("fn");
        await ProvisionAsync("1", 2);
        Assert.Equal(998, Unreserved());
        AwsError low = await Assert.ThrowsAsync<AwsError>(() => ReserveAsync("fn", 1));
        Assert.Equal(" ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2].", low.Message);

        await ReserveAsync("fn", 2);
        Assert.Equal(998, Unreserved());
        AwsError high = await Assert.ThrowsAsync<AwsError>(() => ProvisionAsync("2", 1));
        Assert.Equal("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function", high.Message);
        await ProvisionAsync("1", 1);
        await ProvisionAsync("2", 1);
    }

    [Fact]
    public async Task A_version_and_its_alias_are_not_both_provisioned()
    {
        await _house.CreateTwoVersionsAsync("fn");
        await AliasAsync("live", "1");
        await ProvisionAsync("live", 1);
        Assert.Equal("Version is pointed by a Provisioned Concurrency alias", (await Assert.ThrowsAsync<AwsError>(() => ProvisionAsync("1", 1))).Message);

        await ProvisionAsync("2", 1);
        await AliasAsync("next", "2");
        Assert.Equal(
            "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
            (await Assert.ThrowsAsync<AwsError>(() => ProvisionAsync("next", 1))).Message);
    }

    [Theory]
    [InlineData("$LATEST", "Provisioned Concurrency Configs cannot be applied to unpublished function versions.")]
    [InlineData("newest", "Provisioned Concurrency Configs cannot be applied to unpublished function versions.")]
    [InlineData("7", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:fn:7")]
    [InlineData("none", "Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:fn:none")]
    public async Task What_is_not_published_cannot_be_provisioned(string qualifier, string text)
    {
        await _house.CreateTwoVersionsAsync("fn");
        await AliasAsync("newest", FunctionArn.Latest);
        Assert.Equal(text, (await Assert.ThrowsAsync<AwsError>(() => ProvisionAsync(qualifier, 1))).Message);
    }

    /// <summary>What has a number is looked for as a version, what has a name as an alias, of a function that is not there too.</summary>
    [Theory]
    [InlineData("1", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:fn:1")]
    [InlineData("live", "Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:fn:live")]
    public async Task Of_a_function_that_is_not_there_nothing_is_provisioned(string qualifier, string text)
    {
        Assert.Equal(text, (await Assert.ThrowsAsync<AwsError>(() => ProvisionAsync(qualifier, 1))).Message);
        Assert.Equal(text, Assert.Throws<AwsError>(() => _house.Concurrency.GetProvisioned(FunctionsHouse.Caller, "fn", qualifier)).Message);
    }

    [Fact]
    public async Task A_setting_goes_with_what_it_belongs_to()
    {
        await _house.CreateTwoVersionsAsync("fn");
        await AliasAsync("live", "1");
        await ProvisionAsync("live", 3);
        await ProvisionAsync("2", 4);
        await _house.Aliases.DeleteAsync(FunctionsHouse.Caller, "fn", "live", CancellationToken.None);
        AwsError gone = Assert.Throws<AwsError>(() => _house.Concurrency.GetProvisioned(FunctionsHouse.Caller, "fn", "1"));
        Assert.Equal(("ProvisionedConcurrencyConfigNotFoundException", 404), (gone.Code, gone.Status));
        Assert.Equal(996, Unreserved());

        await ReserveAsync("fn", 10);
        await _house.DeleteAsync("fn");
        Assert.Equal(1000, Unreserved());
    }

    private int Unreserved() => _house.Concurrency.UnreservedOf(FunctionsHouse.Caller.Region, FunctionsHouse.Caller.Account);

    private Task ReserveAsync(string name, int executions) => _house.Concurrency.PutReservedAsync(
        FunctionsHouse.Caller, new() { FunctionName = name, ReservedConcurrentExecutions = executions }, CancellationToken.None);

    private Task ProvisionAsync(string qualifier, int executions) => _house.Concurrency.PutProvisionedAsync(
        FunctionsHouse.Caller,
        new() { FunctionName = "fn", Qualifier = qualifier, ProvisionedConcurrentExecutions = executions },
        CancellationToken.None);

    private Task AliasAsync(string name, string version) => _house.Aliases.CreateAsync(
        FunctionsHouse.Caller, new() { FunctionName = "fn", Name = name, FunctionVersion = version }, CancellationToken.None);
}
