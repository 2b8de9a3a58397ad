using Lamina.Access;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Functions.Settings;
using Lamina.Server.Operations;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lamina.Rooms.Tests.Execution;

/// <summary>
/// A version is resolved first and held only when it is started: what is deleted, and collected, between the two. The calls are the real ones;
/// the invoker's own question whether the version is still there is where a test puts them.
/// </summary>
public sealed class DeletedVersionTests
{
    private const string Answering = """
        while True:
            id, headers, event = next()
            respond(id, open("/opt/who").read())
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task A_version_deleted_and_collected_before_its_start_is_gone_and_nothing_is_started_or_kept(int invocations)
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house, "layer");
        await house.DeleteAsync(function);
        await house.Collector.CollectAsync(CancellationToken.None);

        InvokeOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, invocations).Select(_ => Task.Run(() => house.InvokeAsync(function).AsTask())));
        await house.Collector.CollectAsync(CancellationToken.None);

        Assert.All(outcomes, static outcome => Assert.Equal(InvokeResult.VersionGone, outcome.Result));
        Assert.Empty(house.Invoker.InService);
        Assert.Empty(house.LogLines(function));
        Assert.Empty(house.StoredArchives);
    }

    [Fact]
    public async Task A_version_deleted_and_collected_after_that_question_starts_with_all_its_files_and_goes_after_it()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house, "layer");
        using AskedAndHeld asked = AskedAndHeld.In(house);

        Task<InvokeOutcome> invoking = Task.Run(() => house.InvokeAsync(function).AsTask());
        await asked.Asked;
        await house.DeleteAsync(function);
        await house.Collector.CollectAsync(CancellationToken.None);
        asked.GoOn();
        using InvokeOutcome outcome = await invoking;

        Assert.Equal("layer", ExecutionHouse.Text(outcome.Payload));
        await house.Invoker.NoEnvironmentsLeftAsync();
        await house.Collector.CollectAsync(CancellationToken.None);
        Assert.Empty(house.StoredArchives);
    }

    [Fact]
    public async Task What_invocations_of_a_version_that_is_gone_left_behind_keeps_nothing_alive()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house, "layer");
        await house.DeleteAsync(function);

        using InvokeOutcome outcome = await house.InvokeAsync(function); // its files are still there
        await house.Collector.CollectAsync(CancellationToken.None);

        Assert.Equal(InvokeResult.VersionGone, outcome.Result);
        Assert.Empty(house.StoredArchives);
    }

    [Fact]
    public async Task A_warm_environment_is_used_without_asking()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house, "layer");
        using InvokeOutcome cold = await house.InvokeAsync(function);
        house.IsCurrent = static _ => throw new InvalidOperationException("Asked on the warm path.");

        using InvokeOutcome warm = await house.InvokeAsync(function);

        Assert.Equal("layer", ExecutionHouse.Text(warm.Payload));
    }

    [Fact]
    public async Task The_caller_hears_that_the_function_is_not_found()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house, "layer");
        await using EventQueue events = Queue(house);
        using AskedAndHeld asked = AskedAndHeld.In(house, before: true);

        Task<Answer> invoking = Task.Run(() => new Invoke(house.Directory, house.Invoker, events).HandleAsync(Call(house, events), CancellationToken.None));
        await asked.Asked;
        await house.DeleteAsync(function);
        await house.Collector.CollectAsync(CancellationToken.None);
        asked.GoOn();

        AwsError error = await Assert.ThrowsAsync<AwsError>(() => invoking);
        Assert.Equal(("ResourceNotFoundException", 404), (error.Code, error.Status));
        Assert.Equal("Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST", error.Message);
    }

    [Fact]
    public async Task A_caller_whose_version_was_replaced_gets_the_answer_of_the_new_one()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house, "former");
        await using EventQueue events = Queue(house);
        using AskedAndHeld asked = AskedAndHeld.In(house, before: true);

        Task<Answer> invoking = Task.Run(() => new Invoke(house.Directory, house.Invoker, events).HandleAsync(Call(house, events), CancellationToken.None));
        await asked.Asked;
        house.IsCurrent = house.Directory.IsCurrent;
        house.Invoker.Retire(await FunctionAsync(house, "new"));
        await house.Collector.CollectAsync(CancellationToken.None);
        asked.GoOn();

        using Answer answer = await invoking;
        DefaultHttpContext context = new() { Response = { Body = new MemoryStream() } };
        await answer.WriteAsync(context.Response, CancellationToken.None);
        Assert.Equal("new", ExecutionHouse.Text(((MemoryStream)context.Response.Body).ToArray()));
        Assert.NotEqual(function.EnvironmentKey, house.Directory.ResolveInvocable(Owner, "f", null).EnvironmentKey);
    }

    [Fact]
    public async Task An_event_whose_version_was_replaced_runs_on_the_new_one_and_is_not_a_failure()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion former = await FunctionAsync(house, "former");
        await using EventQueue events = Queue(house);
        events.Start();
        using AskedAndHeld asked = AskedAndHeld.In(house, before: true);

        await events.AcceptAsync(former, null, ExecutionHouse.Event("1"), CancellationToken.None);
        await asked.Asked;
        house.IsCurrent = house.Directory.IsCurrent;
        await FunctionAsync(house, "new");
        asked.GoOn();
        await house.LogLineAsync(former, "REPORT");
        await events.DisposeAsync();

        Assert.Empty(house.Catalog.Current.Scan("events", "", null));
        Assert.Single(house.LogLines(former), static line => line.StartsWith("START", StringComparison.Ordinal));
    }

    private static Caller Owner { get; } = new()
    {
        Account = AccountId.Default,
        Region = "us-east-1",
        PrincipalArn = "arn:aws:iam::000000000000:root",
    };

    private static async Task<ExecutionHouse> OpenAsync()
    {
        ExecutionHouse house = await ExecutionHouse.OpenAsync();
        house.IsCurrent = house.Directory.IsCurrent;
        return house;
    }

    /// <summary>The function f, whose layer says who it is, in the catalog; in the place of what was there.</summary>
    private static async Task<FunctionVersion> FunctionAsync(ExecutionHouse house, string who)
    {
        FunctionVersion function = await house.PythonBootstrapAsync(Answering) with { Layers = [await house.LayerAsync("layer", ("who", who))] };
        await house.Catalog.CommitAsync(
            transaction =>
            {
                FunctionDocuments.Put(transaction, new FunctionDocument { Latest = function, Former = null, Tags = null });
                return true;
            },
            CancellationToken.None);
        return function;
    }

    private static EventQueue Queue(ExecutionHouse house) => new(
        house.Catalog,
        house.Directory,
        new EventInvokeConfigs(house.Catalog, TimeProvider.System),
        house.Invoker,
        ExecutionHouse.Options,
        TimeProvider.System,
        NullLogger<EventQueue>.Instance);

    private static OperationCall Call(ExecutionHouse house, EventQueue events)
    {
        OperationTable.Entry entry = OperationTable.Entry.Of(
            LambdaRoutes.All.Single(static route => route.Name == "Invoke"), new Invoke(house.Directory, house.Invoker, events));
        HttpRequest request = new DefaultHttpContext { Request = { Host = new HostString("localhost") } }.Request;
        return new OperationCall(request, RequestTarget.Parse("/2015-03-31/functions/f/invocations"), entry, Owner, Guid.NewGuid().ToString());
    }

    /// <summary>Holds an invocation where it asks whether its version is current.</summary>
    private sealed class AskedAndHeld : IDisposable
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _goOn = new();

        public Task Asked => _asked.Task;

        /// <param name="before">Whether it is held before the answer is found, or with the answer in hand.</param>
        public static AskedAndHeld In(ExecutionHouse house, bool before = false)
        {
            AskedAndHeld held = new();
            house.IsCurrent = version =>
            {
                bool inHand = house.Directory.IsCurrent(version);
                held._asked.TrySetResult();
                held._goOn.Wait();
                return before ? house.Directory.IsCurrent(version) : inHand;
            };
            return held;
        }

        public void GoOn() => _goOn.Set();

        public void Dispose() => _goOn.Dispose();
    }
}
