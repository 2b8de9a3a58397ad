using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Functions;

public sealed class DeleteFunctionTests : IAsyncDisposable
{
    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_deleted_function_is_gone_for_good()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        await _house.DeleteAsync("fn");
        await using FunctionsHouse reopened = await _house.ReopenAsync();

        AwsError error = await Assert.ThrowsAsync<AwsError>(() => reopened.DeleteAsync("fn"));
        Assert.Equal("Function not found: arn:aws:lambda:us-east-1:000000000000:function:fn", error.Message);
        Assert.Empty(reopened.Directory.List(FunctionsHouse.Caller, null));
    }

    [Theory]
    [InlineData("none", "$LATEST", "$LATEST version cannot be deleted without deleting the function.")]
    [InlineData("none:$LATEST", null, "$LATEST version cannot be deleted without deleting the function.")]
    [InlineData("none", "live", "Deletion of aliases is not currently supported.")]
    [InlineData("none", "-1", "Deletion of aliases is not currently supported.")]
    [InlineData("none", "$latest", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:none")]
    [InlineData("none", "7", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:none")]
    [InlineData("none:$LATEST", "7", "The derived qualifier from the function name does not match the specified qualifier.")]
    public async Task Deleting_by_a_qualifier_is_answered_as_Lambda_does(string name, string? qualifier, string text)
    {
        AwsError error = await Assert.ThrowsAsync<AwsError>(() =>
            _house.Editor.DeleteAsync(FunctionsHouse.Caller, name, qualifier, CancellationToken.None));
        Assert.Equal(text, error.Message);
    }

    [Fact]
    public async Task Listeners_hear_of_a_deletion_with_a_key_that_no_environment_has()
    {
        FunctionVersion function = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        TaskCompletionSource<FunctionVersion> heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _house.Editor.Changed += version => heard.TrySetResult(version);
        await _house.DeleteAsync("fn");

        FunctionVersion last = await heard.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((function.Arn, string.Empty), (last.Arn, last.EnvironmentKey));
    }

    [Fact]
    public async Task A_function_created_again_has_environments_of_its_own()
    {
        FunctionVersion first = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        await _house.DeleteAsync("fn");
        FunctionVersion second = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        Assert.Equal(first.Code, second.Code);
        Assert.NotEqual(first.EnvironmentKey, second.EnvironmentKey);
    }

    [Fact]
    public async Task A_function_deleted_while_pending_does_not_come_back()
    {
        _ = _house.Catalog.HoldAfter(1);
        Task settled = _house.SettledAsync("fn");
        await _house.CreateAsync(FunctionsHouse.Request("fn"));
        Task deleted = _house.DeleteAsync("fn");
        _house.Catalog.Open();
        await deleted;
        await settled;
        Assert.Empty(_house.Directory.List(FunctionsHouse.Caller, null));
    }
}
