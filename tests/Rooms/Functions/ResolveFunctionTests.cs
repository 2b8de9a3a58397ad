using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Functions;

public sealed class ResolveFunctionTests : IAsyncDisposable
{
    private const string Arn = "arn:aws:lambda:us-east-1:000000000000:function:fn";

    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Theory]
    [InlineData("fn", null)]
    [InlineData("fn:$LATEST", null)]
    [InlineData("fn", "$LATEST")]
    [InlineData("fn:$LATEST", "$LATEST")]
    [InlineData("000000000000:function:fn", null)]
    [InlineData(Arn, null)]
    [InlineData(Arn + ":$LATEST", "$LATEST")]
    public async Task Every_way_to_say_latest_finds_it(string name, string? qualifier)
    {
        FunctionVersion function = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        Assert.Equal(function, _house.Directory.Resolve(FunctionsHouse.Caller, name, qualifier), UpdateFunctionTests.SameRevision);
        Assert.Equal(function, _house.Directory.ResolveInvocable(FunctionsHouse.Caller, name, qualifier), UpdateFunctionTests.SameRevision);
    }

    [Theory]
    [InlineData("none", null, "none", "none:$LATEST")]
    [InlineData("none:$LATEST", null, "none:$LATEST", "none:$LATEST")]
    [InlineData("fn", "1221", "fn:1221", "fn:1221")]
    [InlineData("fn:live", null, "fn:live", "fn:live")]
    [InlineData("fn", "$latest", "fn:$latest", "fn:$latest")]
    [InlineData("arn:aws:lambda:us-east-1:000000000000:function", null, "function", "function:$LATEST")]
    public async Task What_is_not_there_is_named_in_full(string name, string? qualifier, string got, string invoked)
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        AwsError get = Assert.Throws<AwsError>(() => _house.Directory.Resolve(FunctionsHouse.Caller, name, qualifier));
        AwsError invoke = Assert.Throws<AwsError>(() => _house.Directory.ResolveInvocable(FunctionsHouse.Caller, name, qualifier));

        const string Text = "Function not found: arn:aws:lambda:us-east-1:000000000000:function:";
        Assert.Equal(("ResourceNotFoundException", 404, Text + got), (get.Code, get.Status, get.Message));
        Assert.Equal(Text + invoked, invoke.Message);
    }

    [Fact]
    public void Functions_of_another_region_are_not_reachable()
    {
        AwsError error = Assert.Throws<AwsError>(() =>
            _house.Directory.Resolve(FunctionsHouse.Caller, "arn:aws:lambda:eu-west-1:000000000000:function:fn", null));
        Assert.Equal(("ResourceNotFoundException", 404), (error.Code, error.Status));
        Assert.Equal("Functions from 'eu-west-1' are not reachable in this region ('us-east-1')", error.Message);
    }

    [Theory]
    [InlineData("fn:$LATEST", "1")]
    [InlineData("fn:1", "$LATEST")]
    public void Two_qualifiers_must_agree(string name, string qualifier)
    {
        AwsError error = Assert.Throws<AwsError>(() => _house.Directory.Resolve(FunctionsHouse.Caller, name, qualifier));
        Assert.Equal(("InvalidParameterValueException", 400), (error.Code, error.Status));
        Assert.Equal("The derived qualifier from the function name does not match the specified qualifier.", error.Message);
    }

    [Fact]
    public async Task Functions_of_another_account_are_denied()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        Caller stranger = new()
        {
            Account = AccountId.Parse("111122223333"),
            Region = "us-east-1",
            PrincipalArn = "arn:aws:iam::111122223333:root",
        };
        AwsError error = Assert.Throws<AwsError>(() => _house.Directory.ResolveInvocable(stranger, Arn, null));
        Assert.Equal("AccessDeniedException", error.Code);
        Assert.Equal(
            $"User: arn:aws:iam::111122223333:root is not authorized to perform: lambda:InvokeFunction on resource: {Arn} "
            + "because no resource-based policy allows the lambda:InvokeFunction action",
            error.Message);
        Assert.Empty(_house.Directory.List(stranger, null));
    }

    [Fact]
    public async Task Listing_goes_by_name_and_on_after_a_name()
    {
        foreach (string name in (string[])["c", "a", "b-1", "b"])
        {
            await _house.CreateAsync(FunctionsHouse.Request(name));
        }

        Assert.Equal(["a", "b", "b-1", "c"], _house.Directory.List(FunctionsHouse.Caller, null).Select(static function => function.Name));
        Assert.Equal(["b-1", "c"], _house.Directory.List(FunctionsHouse.Caller, "b").Select(static function => function.Name));
    }
}
