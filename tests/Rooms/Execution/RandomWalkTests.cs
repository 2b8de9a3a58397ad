using System.Globalization;
using System.Text.Json;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Rooms.Tests.Execution;

/// <summary>
/// A runtime and three extensions make calls at random, from a seed, most of them out of turn. Whatever they do, every call is
/// answered as the tables of states say, and every invocation ends.
/// </summary>
public sealed class RandomWalkTests
{
    // Before every call in turn come some out of turn; the walker knows from its own state what must be the answer to each.
    private const string Walk = """
        import random
        random.seed(int(os.environ["SEED"]) + sum(map(ord, who)))
        calls = refused = 0
        def expect(status, answer):
            global calls, refused
            calls += 1
            refused += answer[0] == 403
            if answer[0] != status:
                print("WRONG", who, answer[0], "instead of", status, answer[2], flush=True)
        def stray(wrong):
            for number in range(random.randrange(int(os.environ["STRAY"]))):
                status, method, path, headers = random.choice(wrong)
                expect(status, call(method, path, "{}" if method == "POST" else None, headers))

        """;

    private const string Runtime = """
        who = "runtime"

        """ + Walk + """
        stray([(403, "POST", "invocation/x/response", {}), (403, "POST", "invocation/x/error", {})])
        while True:
            id, headers, event = next()
            calls += 1
            mine = "invocation/" + id
            stray([(403, "POST", "init/error", {}), (400, "POST", "invocation/x/response", {}), (400, "POST", "invocation/x/error", {}),
                   (200, "GET", "invocation/next", {})])
            mode = random.choice([{}, {"Lambda-Runtime-Function-Response-Mode": "streaming"}])
            expect(202, call("POST", mine + random.choice(["/response", "/error"]), json.dumps([calls, refused]), mode))
            stray([(403, "POST", "init/error", {}), (403, "POST", mine + "/response", {}), (403, "POST", mine + "/error", {})])
        """;

    private const string Extension = """
        who = name

        """ + Walk + """
        failure = {"Lambda-Extension-Function-Error-Type": "E"}
        unknown = {"Lambda-Extension-Identifier": "00000000-0000-0000-0000-000000000001"}
        always = [(403, "GET", "event/next", unknown), (403, "POST", "exit/error", {**unknown, **failure}), (403, "POST", "init/error", {}),
                  (403, "POST", "exit/error", {}), (403, "POST", "register", {"Lambda-Extension-Name": name})]
        register(*random.choice([["INVOKE"], ["SHUTDOWN"], ["INVOKE", "SHUTDOWN"]]))
        stray(always)
        while True:
            event = next()
            calls += 1
            if event["eventType"] == "SHUTDOWN":
                print("CALLS", calls, refused, flush=True)
                break
            stray(always + [(403, "POST", "init/error", failure)])
        """;

    [Fact]
    public async Task A_random_walk_never_wedges()
    {
        int seed = Soak.Number("LAMINA_STORM_SEED", 23);
        int wanted = Soak.Number("LAMINA_WALK_CALLS", 3_000);
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options with { LogBytesPerFunction = 64 * 1024 * 1024 }, TimeProvider.System, _ => Task.CompletedTask);
        FunctionVersion plain = await house.PythonBootstrapAsync(Runtime);
        LayerReference layer = await house.LayerAsync(
            "walkers", [.. "abc".Select(name => ($"extensions/{name}", ExecutionHouse.PythonExtension + Extension))]);
        FunctionVersion function = plain with
        {
            Layers = [layer],
            TimeoutSeconds = 60,
            Environment = new Dictionary<string, string>
            {
                ["SEED"] = seed.ToString(CultureInfo.InvariantCulture),
                ["STRAY"] = "12",
            },
        };

        long calls = 0;
        while (calls < wanted)
        {
            using InvokeOutcome outcome = await house.InvokeAsync(function, "1");
            Assert.Contains(outcome.Result, new[] { InvokeResult.Succeeded, InvokeResult.FunctionFailed });
            // The runtime is one of four that walk; the others call about as often.
            calls = 4 * JsonDocument.Parse(outcome.Payload).RootElement[0].GetInt64();
        }

        house.Invoker.Retire(function with { EnvironmentKey = "another" });
        await house.Invoker.NoEnvironmentsLeftAsync();

        string[] lines = [.. house.LogLines(function)];
        Assert.Empty(lines.Where(line => line.StartsWith("WRONG", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Contains("Task timed out", StringComparison.Ordinal));
    }
}
