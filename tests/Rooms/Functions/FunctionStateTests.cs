using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Functions;

public sealed class FunctionStateTests : IAsyncDisposable
{
    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_pending_function_cannot_be_invoked()
    {
        _ = _house.Catalog.HoldAfter(1);
        await _house.CreateAsync(FunctionsHouse.Request("fn"));
        AwsError error = Assert.Throws<AwsError>(() => _house.Invocable("fn"));
        Assert.Equal(("ResourceConflictException", 409), (error.Code, error.Status));
        Assert.Equal("The operation cannot be performed at this time. The function is currently in the following state: Pending", error.Message);
    }

    [Fact]
    public async Task A_function_left_pending_becomes_active_after_a_restart()
    {
        _ = _house.Catalog.HoldAfter(1);
        FunctionVersion created = await _house.CreateAsync(FunctionsHouse.Request("fn"));
        await using FunctionsHouse reopened = await _house.ReopenAsync();
        await reopened.SettledOrDoneAsync("fn");

        FunctionVersion active = reopened.Latest("fn");
        Assert.Equal(FunctionState.Active, active.State);
        Assert.Equal(created.EnvironmentKey, active.EnvironmentKey);
    }

    [Fact]
    public async Task An_update_left_in_progress_succeeds_after_a_restart()
    {
        FunctionVersion before = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        _ = _house.Catalog.HoldAfter(1);
        FunctionVersion update = await _house.Editor.UpdateConfigurationAsync(
            FunctionsHouse.Caller, new() { FunctionName = "fn", Timeout = 77 }, CancellationToken.None);
        await using FunctionsHouse reopened = await _house.ReopenAsync();
        await reopened.SettledOrDoneAsync("fn");

        Assert.Equal(UpdateStatus.Successful, reopened.Latest("fn").LastUpdate);
        Assert.Equal(77, reopened.Invocable("fn").TimeoutSeconds);
        Assert.Equal(update.EnvironmentKey, reopened.Invocable("fn").EnvironmentKey);
        Assert.NotEqual(before.EnvironmentKey, update.EnvironmentKey);
    }

    [Fact]
    public async Task A_function_whose_trees_cannot_be_made_fails_with_a_reason_and_recovers_by_an_update()
    {
        FunctionVersion failed = await _house.LoseBlobsOfAsync("fn", () => _house.CreateAsync(FunctionsHouse.Request("fn")));
        Assert.Equal((FunctionStateName.Failed, "InternalError"), (failed.State.Name, failed.State.ReasonCode));
        Assert.False(string.IsNullOrEmpty(failed.State.Reason));
        AwsError error = Assert.Throws<AwsError>(() => _house.Invocable("fn"));
        Assert.EndsWith("state: Failed", error.Message, StringComparison.Ordinal);

        FunctionVersion mended = await _house.UpdateCodeReadyAsync("fn", FunctionsHouse.Code("mended = 1"));
        Assert.Equal(FunctionState.Active, mended.State);
        Assert.Equal(mended, _house.Invocable("fn"), UpdateFunctionTests.SameRevision);
    }

    [Fact]
    public async Task After_a_failed_update_invocations_go_on_with_the_former_version()
    {
        FunctionVersion before = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        FunctionVersion failed = await _house.LoseBlobsOfAsync("fn", () => _house.Editor.UpdateCodeAsync(
            FunctionsHouse.Caller, new() { FunctionName = "fn" }, FunctionsHouse.Code("broken = 1"), CancellationToken.None));
        Assert.Equal((FunctionStateName.Active, UpdateStatusName.Failed), (failed.State.Name, failed.LastUpdate.Name));
        Assert.Equal(before, _house.Invocable("fn"), UpdateFunctionTests.SameRevision);

        FunctionVersion mended = await _house.UpdateCodeReadyAsync("fn", FunctionsHouse.Code("mended = 1"));
        Assert.Equal(mended, _house.Invocable("fn"), UpdateFunctionTests.SameRevision);
    }

    [Fact]
    public async Task Listeners_hear_the_version_that_invocations_use()
    {
        List<string> heard = [];
        _house.Editor.Changed += version => heard.Add(version.EnvironmentKey);
        FunctionVersion created = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        FunctionVersion changed = await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Timeout = 9 });
        Assert.Equal([created.EnvironmentKey, changed.EnvironmentKey], heard);
    }
}
