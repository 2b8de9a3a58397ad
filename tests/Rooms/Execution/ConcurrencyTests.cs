using Lamina.Contract;
using Lamina.Execution;
using Lamina.Execution.Environments;
using Lamina.Functions;
using Microsoft.AspNetCore.Http;

namespace Lamina.Rooms.Tests.Execution;

public sealed class ConcurrencyTests
{
    private const string TellType = """
        while True:
            id, headers, event = next()
            if event == '"die"':
                sys.exit(3)
            respond(id, json.dumps([os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]]))
        """;

    private const string AskEndpoint = """
        import urllib.request
        while True:
            id, headers, event = next()
            urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
            respond(id, "1")
        """;

    private static readonly Caller Owner = new() { Account = AccountId.Default, Region = "us-east-1", PrincipalArn = "arn:aws:iam::000000000000:root" };

    [Fact]
    public async Task A_reservation_of_three_never_runs_a_fourth()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int running = 0;
        int most = 0;
        async Task CountAsync(HttpContext context)
        {
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            _ = now == 3 && full.TrySetResult();
            await gate.Task;
            Interlocked.Decrement(ref running);
        }

        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, TimeProvider.System, CountAsync);
        FunctionVersion function = await house.PythonBootstrapAsync(AskEndpoint);
        await house.PublishAsync(function);
        await ReserveAsync(house, 3);

        Task<InvokeOutcome>[] first = [.. Enumerable.Range(0, 20).Select(_ => house.InvokeAsync(function).AsTask())];
        InvokeOutcome[] refused = [.. first.Where(static task => task.IsCompleted).Select(static task => task.Result)];
        Assert.Equal(17, refused.Length);
        Assert.All(refused, static outcome => Assert.Equal("ReservedFunctionConcurrentInvocationLimitExceeded", outcome.ThrottleReason));

        await full.Task.WaitAsync(TimeSpan.FromSeconds(30));
        gate.SetResult();
        await Task.WhenAll(first);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 25; i++)
            {
                using InvokeOutcome outcome = await house.InvokeAsync(function);
                Assert.True(outcome.Result is InvokeResult.Succeeded or InvokeResult.Throttled, outcome.Result.ToString());
            }
        })));
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task An_environment_that_has_answered_takes_up_its_reservation_until_it_asks_for_the_next_event()
    {
        TaskCompletionSource busy = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, TimeProvider.System, _ => busy.Task);
        FunctionVersion function = await house.PythonBootstrapAsync("""
            import urllib.request
            while True:
                id, headers, event = next()
                respond(id, json.dumps(os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]))
                urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
            """);
        await house.PublishAsync(function);
        await ReserveAsync(house, 1);

        using InvokeOutcome first = await house.InvokeAsync(function);
        Task<InvokeOutcome> waiting = house.InvokeAsync(function).AsTask();
        // Far longer than an environment without a reservation would be waited for.
        await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken));
        busy.SetResult();

        using InvokeOutcome second = await waiting;
        Assert.Equal(ExecutionHouse.Text(first.Payload), ExecutionHouse.Text(second.Payload));
    }

    [Fact]
    public async Task A_reservation_of_nothing_runs_nothing_and_its_deletion_runs_all()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync(TellType);
        await house.PublishAsync(function);
        await ReserveAsync(house, 0);
        using InvokeOutcome refused = await house.InvokeAsync(function);
        Assert.Equal(InvokeResult.Throttled, refused.Result);

        await house.Concurrency.DeleteReservedAsync(Owner, "f", CancellationToken.None);
        using InvokeOutcome ran = await house.InvokeAsync(function);
        Assert.Equal(InvokeResult.Succeeded, ran.Result);
    }

    [Fact]
    public async Task Five_provisioned_environments_are_initialised_before_the_first_request()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion version = await house.PublishAsync(await house.PythonBootstrapAsync(TellType));
        await ProvisionAsync(house, 5);
        await house.Invoker.ProvisionedAsync(version);

        Assert.Equal(new ProvisionedState(5, 5, Failed: false), house.Invoker.FindProvisionedState(version));
        Assert.Equal(5, house.LogLines(version).Count(static line => line.StartsWith("INIT_START", StringComparison.Ordinal)));
        using InvokeOutcome outcome = await house.InvokeAsync(version);
        Assert.StartsWith("[\"provisioned-concurrency\"", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
        Assert.DoesNotContain("Init Duration", ExecutionHouse.Text(outcome.LogTail), StringComparison.Ordinal);
        Assert.Contains("REPORT RequestId", ExecutionHouse.Text(outcome.LogTail), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provisioned_environment_that_died_is_replaced()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion version = await house.PublishAsync(await house.PythonBootstrapAsync(TellType));
        await ProvisionAsync(house, 1);
        await house.Invoker.ProvisionedAsync(version);
        using InvokeOutcome died = await house.InvokeAsync(version, "\"die\"");
        Assert.Equal(InvokeResult.Crashed, died.Result);

        // Nobody invokes it again: the second start is in place of the dead.
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        await house.Invoker.Logs.FollowAsync(version.Arn, 0, limit.Token)
            .Where(static line => line.Message.Span.StartsWith("INIT_START"u8))
            .Skip(1)
            .FirstAsync();
        await house.Invoker.ProvisionedAsync(version);
        using InvokeOutcome after = await house.InvokeAsync(version);
        Assert.StartsWith("[\"provisioned-concurrency\"", ExecutionHouse.Text(after.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_provisioned_runs_beside_a_reservation_that_is_used_up_by_it()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion latest = await house.PythonBootstrapAsync(TellType);
        FunctionVersion version = await house.PublishAsync(latest);
        await ReserveAsync(house, 1);
        await ProvisionAsync(house, 1);
        await house.Invoker.ProvisionedAsync(version);

        using InvokeOutcome refused = await house.InvokeAsync(latest);
        Assert.Equal("ReservedFunctionConcurrentInvocationLimitExceeded", refused.ThrottleReason);
        for (int i = 0; i < 20; i++)
        {
            using InvokeOutcome outcome = await house.InvokeAsync(version);
            Assert.Equal(InvokeResult.Succeeded, outcome.Result);
        }
    }

    [Fact]
    public async Task An_init_that_always_fails_fails_the_setting_and_a_deletion_ends_all_environments()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion version = await house.PublishAsync(await house.PythonBootstrapAsync("sys.exit(1)"));
        await ProvisionAsync(house, 2);
        await house.Invoker.ProvisionedAsync(version);
        Assert.Equal(new ProvisionedState(2, 0, Failed: true), house.Invoker.FindProvisionedState(version));

        await house.Concurrency.DeleteProvisionedAsync(Owner, "f", "1", CancellationToken.None);
        Assert.Null(house.Invoker.FindProvisionedState(version));
        await house.Invoker.NoEnvironmentsLeftAsync();
    }

    private static Task ReserveAsync(ExecutionHouse house, int executions) => house.Concurrency.PutReservedAsync(
        Owner, new() { FunctionName = "f", ReservedConcurrentExecutions = executions }, CancellationToken.None);

    private static Task ProvisionAsync(ExecutionHouse house, int executions) => house.Concurrency.PutProvisionedAsync(
        Owner, new() { FunctionName = "f", Qualifier = "1", ProvisionedConcurrentExecutions = executions }, CancellationToken.None);

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (value > seen && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
            seen = Volatile.Read(ref target);
        }
    }
}
