using Lamina.Access;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Functions.Settings;
using Lamina.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Lamina.Rooms.Tests.Execution;

public sealed class EventQueueTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-events-").FullName;

    [Fact]
    public async Task An_accepted_event_runs_and_is_removed()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        await using ICatalog catalog = OpenCatalog();
        FunctionVersion function = await house.PythonBootstrapAsync(Script);
        await SaveAsync(catalog, function);
        await using EventQueue queue = Queue(house, catalog, TimeProvider.System);
        queue.Start();
        Invocation invocation = ExecutionHouse.Event("\"ok\"");

        await queue.AcceptAsync(function, null, invocation, CancellationToken.None);
        await ReportsAsync(house, function, 1);
        await queue.DisposeAsync();

        Assert.Contains($"{invocation.RequestId} \"ok\"", house.LogLines(function));
        Assert.Empty(catalog.Current.Scan("events", "", null));
    }

    [Fact]
    public async Task A_failing_event_is_tried_three_times_with_one_request_id()
    {
        FakeTimeProvider time = new();
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, time, _ => Task.CompletedTask);
        await using ICatalog catalog = OpenCatalog();
        FunctionVersion function = await house.PythonBootstrapAsync(Script);
        await SaveAsync(catalog, function);
        await using EventQueue queue = Queue(house, catalog, time);
        queue.Start();
        Invocation invocation = ExecutionHouse.Event("\"fail\"");

        await queue.AcceptAsync(function, null, invocation, CancellationToken.None);
        await ReportsAsync(house, function, 1);
        await RetryIsSavedAsync(catalog, 1);
        time.Advance(TimeSpan.FromMinutes(1));
        await ReportsAsync(house, function, 2);
        await RetryIsSavedAsync(catalog, 2);
        time.Advance(TimeSpan.FromMinutes(2));
        await ReportsAsync(house, function, 3);
        await queue.DisposeAsync();

        Assert.Equal(3, house.LogLines(function).Count(line => line == $"{invocation.RequestId} \"fail\""));
        Assert.Empty(catalog.Current.Scan("events", "", null));
    }

    [Fact]
    public async Task An_event_left_by_a_stop_runs_after_the_next_start()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        await using ICatalog catalog = OpenCatalog();
        FunctionVersion function = await house.PythonBootstrapAsync(Script);
        await SaveAsync(catalog, function);
        await using (EventQueue never = Queue(house, catalog, TimeProvider.System))
        {
            await never.AcceptAsync(function, null, ExecutionHouse.Event("1"), CancellationToken.None);
        }

        await using EventQueue queue = Queue(house, catalog, TimeProvider.System);
        queue.Start();
        await ReportsAsync(house, function, 1);

        await queue.DisposeAsync();
        Assert.Empty(catalog.Current.Scan("events", "", null));
    }

    [Fact]
    public void Throttled_events_wait_longer_and_longer_for_six_hours()
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        List<double> waits = [];
        for (QueuedEvent? queued = Event(now); queued is not null; now = queued?.NotBefore ?? now)
        {
            queued = RetryRules.Default.Next(queued, InvokeResult.Throttled, now);
            if (queued is not null)
            {
                waits.Add((queued.NotBefore - now).TotalSeconds);
            }
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300], waits.Take(10));
        Assert.Equal(300, waits[^1]);
        Assert.InRange(now - DateTimeOffset.UnixEpoch, TimeSpan.FromHours(5.9), TimeSpan.FromHours(6));
    }

    [Theory]
    [InlineData(InvokeResult.FunctionFailed)]
    [InlineData(InvokeResult.TimedOut)]
    [InlineData(InvokeResult.Crashed)]
    public void Errors_are_tried_again_after_one_and_two_minutes(InvokeResult result)
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch;

        QueuedEvent? second = RetryRules.Default.Next(Event(now), result, now);
        QueuedEvent? third = RetryRules.Default.Next(second!, result, now);

        Assert.Equal(now + TimeSpan.FromMinutes(1), second!.NotBefore);
        Assert.Equal(now + TimeSpan.FromMinutes(2), third!.NotBefore);
        Assert.Null(RetryRules.Default.Next(third, result, now));
    }

    [Fact]
    public void A_function_that_wants_no_retries_gets_none() =>
        Assert.Null(RulesOf(retries: 0, ageSeconds: null).Next(Event(DateTimeOffset.UnixEpoch), InvokeResult.FunctionFailed, DateTimeOffset.UnixEpoch));

    [Fact]
    public void A_try_that_would_come_after_the_maximum_age_is_not_made()
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        RetryRules rules = RulesOf(retries: null, ageSeconds: 90);
        QueuedEvent? second = rules.Next(Event(now), InvokeResult.FunctionFailed, now);
        Assert.Equal(now + TimeSpan.FromMinutes(1), second!.NotBefore);
        Assert.Null(rules.Next(second, InvokeResult.FunctionFailed, second.NotBefore));
    }

    [Fact]
    public async Task What_a_function_says_of_its_events_holds_for_those_that_wait()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        await using ICatalog catalog = OpenCatalog();
        FunctionVersion function = await house.PythonBootstrapAsync(Script);
        await SaveAsync(catalog, function);
        Caller owner = new() { Account = AccountId.Parse(function.Account), Region = function.Region, PrincipalArn = "arn" };
        await new EventInvokeConfigs(catalog, TimeProvider.System).PutAsync(
            owner, new() { FunctionName = function.Name, MaximumRetryAttempts = 0 }, CancellationToken.None);
        await using EventQueue queue = Queue(house, catalog, TimeProvider.System);
        queue.Start();

        await queue.AcceptAsync(function, null, ExecutionHouse.Event("\"fail\""), CancellationToken.None);
        await ReportsAsync(house, function, 1);

        await queue.DisposeAsync();
        Assert.Empty(catalog.Current.Scan("events", "", null));
    }

    private static RetryRules RulesOf(int? retries, int? ageSeconds) => RetryRules.Of(new EventInvokeConfig
    {
        FunctionArn = "arn",
        LastModified = DateTimeOffset.UnixEpoch,
        MaximumRetryAttempts = retries,
        MaximumEventAgeSeconds = ageSeconds,
        OnSuccess = null,
        OnFailure = null,
    });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private const string Script = """
        while True:
            id, headers, event = next()
            print(id + " " + event, flush=True)
            if event == '"fail"':
                call("POST", "invocation/" + id + "/error", "{}")
            else:
                respond(id, "1")
        """;

    private static QueuedEvent Event(DateTimeOffset now) => new()
    {
        RequestId = "r",
        Account = "000000000000",
        Region = "us-east-1",
        FunctionName = "f",
        Qualifier = null,
        InvokedFunctionArn = "arn",
        TraceId = "",
        Payload = [],
        AcceptedAt = now,
        NotBefore = now,
        Failures = 0,
        Throttles = 0,
    };

    private static EventQueue Queue(ExecutionHouse house, ICatalog catalog, TimeProvider time) => new(
        catalog,
        new FunctionDirectory(catalog, new FunctionPermissions(catalog, Organizations.None), new UnseenUpdates(time), Random.Shared),
        new EventInvokeConfigs(catalog, time),
        house.Invoker,
        ExecutionHouse.Options,
        time,
        NullLogger<EventQueue>.Instance);

    private static Task SaveAsync(ICatalog catalog, FunctionVersion function) => catalog.CommitAsync(
        transaction =>
        {
            FunctionDocuments.Put(transaction, new FunctionDocument { Latest = function, Former = null, Tags = null });
            return true;
        },
        CancellationToken.None);

    /// <summary>Waits until the function has so many REPORT lines.</summary>
    private static async Task ReportsAsync(ExecutionHouse house, FunctionVersion function, int count)
    {
        await foreach (LogLine line in house.Invoker.Logs.FollowAsync(function.Arn, 0, TestContext.Current.CancellationToken))
        {
            count -= ExecutionHouse.Text(line.Message).StartsWith("REPORT", StringComparison.Ordinal) ? 1 : 0;
            if (count == 0)
            {
                return;
            }
        }
    }

    /// <summary>The catalog's changes run one after another: each empty one here is behind whatever the queue has handed in.</summary>
    private static async Task RetryIsSavedAsync(ICatalog catalog, int failures)
    {
        while (catalog.Current.Scan("events", "", null).Single().Read(EventsJson.Default.QueuedEvent).Failures < failures)
        {
            await catalog.CommitAsync(static _ => true, TestContext.Current.CancellationToken);
        }

        await catalog.CommitAsync(static _ => true, TestContext.Current.CancellationToken);
    }

    private SqliteCatalog OpenCatalog() => SqliteCatalog.Open(Path.Combine(_folder, "catalog.db"));
}
