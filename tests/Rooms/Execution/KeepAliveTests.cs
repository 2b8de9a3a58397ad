using Lamina.Execution;
using Lamina.Execution.Environments;
using Lamina.Functions;
using Microsoft.Extensions.Time.Testing;

namespace Lamina.Rooms.Tests.Execution;

public sealed class KeepAliveTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void What_is_invoked_more_starts_slower_or_is_smaller_stays()
    {
        KeepAlive keepAlive = new(budgetBytes: 30 * Megabyte);
        IdleEnvironment<string>[] idle =
        [
            Idle(keepAlive, "plain", invocations: 1, startMs: 100, megabytes: 10),
            Idle(keepAlive, "frequent", invocations: 50, startMs: 100, megabytes: 10),
            Idle(keepAlive, "slow", invocations: 1, startMs: 5_000, megabytes: 10),
            Idle(keepAlive, "small", invocations: 1, startMs: 100, megabytes: 1),
            Idle(keepAlive, "large", invocations: 2, startMs: 100, megabytes: 100),
        ];

        Assert.Equal(["large", "plain"], keepAlive.Choose(idle).Select(static gone => gone.Environment));
        Assert.Empty(keepAlive.Choose(idle[1..4]));
    }

    [Fact]
    public void What_was_worth_much_and_is_not_used_again_goes_in_the_end()
    {
        KeepAlive keepAlive = new(budgetBytes: 10 * Megabyte);
        IdleEnvironment<string> old = Idle(keepAlive, "old", invocations: 20, startMs: 100, megabytes: 10);
        int rounds = 0;
        while (true)
        {
            IdleEnvironment<string> another = Idle(keepAlive, "another", invocations: 1, startMs: 100, megabytes: 10);
            string gone = keepAlive.Choose([old, another]).Single().Environment;
            if (gone == "old")
            {
                break;
            }

            rounds++;
        }

        Assert.InRange(rounds, 19, 20);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1L << 40, true)]
    public async Task Idle_environments_stay_as_long_as_there_is_memory_for_them(long bytes, bool stays)
    {
        FakeTimeProvider time = new();
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options with { KeepMemoryBytes = bytes }, time, _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync("""
            while True:
                id, headers, event = next()
                respond(id, json.dumps(os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]))
            """);
        using InvokeOutcome first = await house.InvokeAsync(function);
        Task ended = house.Invoker.NoEnvironmentsLeftAsync();
        do
        {
            // It is idle a moment after its answer; who looks earlier looks again.
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));
        }
        while (!stays && !ended.IsCompleted);

        using InvokeOutcome second = await house.InvokeAsync(function);
        Assert.Equal(stays, ExecutionHouse.Text(first.Payload) == ExecutionHouse.Text(second.Payload));
    }

    private static IdleEnvironment<string> Idle(KeepAlive keepAlive, string name, long invocations, double startMs, long megabytes) =>
        new(name, 0, keepAlive.Worth(invocations, TimeSpan.FromMilliseconds(startMs), megabytes * Megabyte), megabytes * Megabyte);
}
