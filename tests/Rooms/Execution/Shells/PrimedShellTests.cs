using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Execution;
using Lamina.Execution.Shells;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Rooms.Tests.Execution.Shells;

/// <summary>Environments whose imports out of layers were made before their code was there: to a function they are like any other.</summary>
[Collection(typeof(Alone))]
public sealed class PrimedShellTests
{
    /// <summary>Takes long enough to be worth it, and says when it was imported. It imports what a function may have in its place.</summary>
    private const string Heavy = """
        import os, sys, time
        time.sleep(0.05)
        import statistics
        try: import absent
        except ImportError: absent = None
        AT = time.monotonic()
        MODE = os.environ.get("MODE")
        """;

    /// <summary>Whether the layer's module was there before the code that imports it.</summary>
    private const string Early = """
        import sys, time
        BEGAN = time.monotonic()
        HIDDEN = not any(name.split(".")[0] == "heavy" for name in sys.modules)
        import heavy, heavy.part
        def handler(event, context):
            return [heavy.AT < BEGAN, HIDDEN, sys.modules["heavy"] is heavy and heavy.part.whole is heavy]
        """;

    private const string World = """
        import sys
        SEEN = sorted(name for name in sys.modules if name.split(".")[0] in ("heavy", "spread"))
        import ctypes, gc, json, locale, logging, os, random, resource, signal, threading, time
        import heavy
        PARTS = [hasattr(heavy, "part"), "heavy.part" in sys.modules]
        import heavy.part, spread.inner
        def handler(event, context):
            status = dict(line.split(":\t") for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
            return {
                "environment": [name + "=" + value for name, value in os.environ.items() if name not in event],
                "seen": SEEN, "parts": PARTS, "modules": sorted(sys.modules), "finders": [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path],
                "specs": [[type(module.__spec__).__name__, type(module.__spec__).__module__, module.__spec__.origin, sorted(vars(module.__spec__)), type(module.__spec__.loader).__name__, type(module.__loader__).__name__] for module in (heavy, heavy.part, spread.inner)],
                "argv": sys.argv, "executable": sys.executable, "path": sys.path, "cwd": os.getcwd(), "main": sorted(vars(sys.modules["__main__"])),
                "task cached": "/var/task" in sys.path_importer_cache, "flags": str(sys.flags), "zone": time.tzname, "locale": locale.setlocale(locale.LC_ALL),
                "signals": [status[name] for name in ("SigBlk", "SigIgn", "SigCgt", "NoNewPrivs", "Seccomp", "CapEff", "Uid", "Gid")],
                "files": sorted(os.readlink("/proc/self/fd/" + name).split(":")[0] for name in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + name)),
                "threads": [threading.active_count(), len(os.listdir("/proc/self/task"))], "limits": [resource.getrlimit(kind) for kind in range(16)],
                "processes": sorted(name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()),
                "parent": os.getppid(), "mounts": sorted(line.split()[4] for line in open("/proc/self/mountinfo")), "tmp": os.statvfs("/tmp").f_blocks,
                "line": open("/proc/self/cmdline").read(), "gc": gc.get_threshold(), "opt": sorted(os.listdir("/opt/python")), "task": sorted(os.listdir("/var/task")),
                "logging": [str(handler) for handler in logging.getLogger().handlers] + [logging.getLogger().level], "encoding": sys.stdout.encoding,
            }
        """;

    private static readonly string[] OfEach = ["AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "_X_AMZN_TRACE_ID"];

    private static readonly ExecutionOptions Primed = ExecutionHouse.Options with { ShellMemoryBytes = 1L << 30, PrimeMemoryBytes = 1L << 30 };

    [Theory]
    [InlineData("python3.11")]
    [InlineData("python3.13")]
    public async Task After_an_update_of_the_code_what_it_imports_out_of_layers_is_there_before_it_and_hidden_until_then(string runtime)
    {
        await using ExecutionHouse house = await OpenAsync(Primed);
        FunctionVersion function = await WithHeavyAsync(house, Early) with { Runtime = runtime };

        Assert.Equal("[false, true, true]", await StartAsync(house, function));
        PrimedReport report = Assert.Single(house.Invoker.ListPrimed());
        Assert.Equal(["heavy", "heavy.part"], report.Imports);
        Assert.True(report.Ready);
        Assert.True(report.Duration >= TimeSpan.FromMilliseconds(50));

        function = await UpdateAsync(house, function, Early + "\n# changed");
        Assert.Equal("[true, true, true]", await StartAsync(house, function));
        Assert.Equal(1, house.Invoker.PrimedTaken);

        // And again: another is made whenever one was taken.
        function = await UpdateAsync(house, function, Early);
        Assert.Equal("[true, true, true]", await StartAsync(house, function));
        Assert.Equal(2, house.Invoker.PrimedTaken);
    }

    [Theory]
    [InlineData("python3.11")]
    [InlineData("python3.13")]
    public async Task A_function_cannot_tell_whether_its_layers_were_imported_before_it(string runtime)
    {
        string payload = JsonSerializer.Serialize(OfEach);
        Assert.Equal(Fields(await SeeAsync(Primed with { PrimeMemoryBytes = 0 }, 0)), Fields(await SeeAsync(Primed, 1)));

        async Task<string> SeeAsync(ExecutionOptions options, int taken)
        {
            await using ExecutionHouse house = await OpenAsync(options);
            FunctionVersion function = await WithHeavyAsync(house, Early) with { Runtime = runtime };
            await StartAsync(house, function);
            function = await UpdateAsync(house, function, World);
            string seen = await StartAsync(house, function, payload);
            Assert.Equal(taken, house.Invoker.PrimedTaken);
            return seen;
        }
    }

    [Theory]
    [InlineData("os.environ['MODE'] = 'own'", "\"own\"")]
    [InlineData("sys.path.insert(0, '/var/task/vendor')", "null")]
    [InlineData("os.chdir('/tmp')", "null")]
    public async Task Code_that_changes_what_decides_about_an_import_has_it_made_anew(string before, string mode)
    {
        await using ExecutionHouse house = await OpenAsync(Primed);
        FunctionVersion function = await WithHeavyAsync(house, "import heavy\ndef handler(e, c): return heavy.MODE");
        Assert.Equal("null", await StartAsync(house, function));

        function = await UpdateAsync(house, function, $$"""
            import os, sys, time
            BEGAN = time.monotonic()
            {{before}}
            import heavy
            def handler(event, context): return [heavy.AT > BEGAN, heavy.MODE, os.environ.get("_LAMINA_SHELL")]
            """);
        Assert.Equal($"[true, {mode}, null]", await StartAsync(house, function));
        Assert.Equal(1, house.Invoker.PrimedTaken);
        Assert.Contains("changes variables or paths", Assert.Single(house.Invoker.ListPrimed()).Fault, StringComparison.Ordinal);

        function = await UpdateAsync(house, function, "import heavy\ndef handler(e, c): return heavy.MODE");
        Assert.Equal("null", await StartAsync(house, function));
        Assert.Equal(1, house.Invoker.PrimedTaken);
    }

    [Theory]
    [InlineData("print('imported')", "prints")]
    [InlineData("import logging; logging.getLogger('x').warning('imported')", "prints")]
    [InlineData("import threading; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()", "leaves a thread")]
    [InlineData("file = open('/tmp/file', 'w')", "leaves a file open")]
    [InlineData("import subprocess; child = subprocess.Popen(['/bin/sleep', '60'])", "leaves a process")]
    [InlineData("import signal; signal.setitimer(signal.ITIMER_REAL, 60)", "leaves a timer")]
    [InlineData("key = os.environ['AWS_ACCESS_KEY_ID']", "failed")]
    [InlineData("key = os.environ.get('AWS_ACCESS_KEY_ID')", "reads AWS_ACCESS_KEY_ID")]
    [InlineData("all = dict(os.environ)", "reads all variables")]
    [InlineData("os.environ['MODE'] = 'set'", "changes variables")]
    [InlineData("sys.path.append('/opt/more')", "changes sys.path")]
    [InlineData("'AWS_SECRET_ACCESS_KEY' in os.environ or os._exit(1)", "ends the process")]
    public async Task A_module_that_could_not_be_the_same_later_is_never_imported_before(string line, string fault)
    {
        await using ExecutionHouse house = await OpenAsync(Primed);
        LayerReference layer = await house.LayerAsync("heavy", ("python/heavy.py", $"import os, sys, time\ntime.sleep(0.05)\nAT = time.monotonic()\n{line}"));
        const string Code = "import time\nBEGAN = time.monotonic()\nimport heavy\ndef handler(e, c): return heavy.AT > BEGAN";
        FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync(("index.py", Code))) with { Runtime = "python3.11", Layers = [layer] };

        Assert.Equal("true", await StartAsync(house, function));
        PrimedReport report = Assert.Single(house.Invoker.ListPrimed());
        Assert.Contains(fault, report.Fault, StringComparison.Ordinal);
        Assert.False(report.Ready || report.Missing);
        Assert.Equal("true", await StartAsync(house, await UpdateAsync(house, function, Code + "\n")));
        Assert.Equal(0, house.Invoker.PrimedTaken);
    }

    [Theory]
    [InlineData("statistics.py", "heavy.statistics.NAME")]
    [InlineData("absent/__init__.py", "heavy.absent.NAME")]
    [InlineData("heavy.py", "heavy.NAME")]
    public async Task Code_with_a_name_that_was_looked_for_finds_its_own(string file, string name)
    {
        await using ExecutionHouse house = await OpenAsync(Primed);
        FunctionVersion function = await WithHeavyAsync(house, Early);
        await StartAsync(house, function);

        function = function with
        {
            Code = await house.StoreAsync(("index.py", $"import heavy\ndef handler(e, c): return {name}"), (file, "NAME = 'own'")),
            EnvironmentKey = Guid.NewGuid().ToString(),
        };
        house.Invoker.Retire(function);
        Assert.Equal("\"own\"", await StartAsync(house, function));
        Assert.Equal(0, house.Invoker.PrimedTaken);

        // It is not tried again with this code, and with other code it is.
        Assert.DoesNotContain(house.Invoker.ListPrimed(), static report => report.Ready || report.Missing);
        function = await UpdateAsync(house, function, Early);
        Assert.Equal("[false, true, true]", await StartAsync(house, function));
        Assert.Equal("[true, true, true]", await StartAsync(house, await UpdateAsync(house, function, Early + "\n")));
    }

    [Fact]
    public async Task It_belongs_to_one_function_as_it_is_configured()
    {
        await using ExecutionHouse house = await OpenAsync(Primed);
        FunctionVersion function = await WithHeavyAsync(house, Early);
        FunctionVersion[] others =
        [
            function with { Name = "g" },
            function with { Account = "111111111111" },
            function with { Version = "1" },
            function with { MemorySizeMiB = 1024 },
            function with { Environment = ImmutableDictionary<string, string>.Empty.Add("MODE", "other") },
            function with { Layers = [.. function.Layers, await house.LayerAsync("another", ("python/another.py", ""))] },
        ];
        foreach (FunctionVersion other in others)
        {
            await StartAsync(house, function);
            Assert.True(Assert.Single(house.Invoker.ListPrimed()).Ready);
            FunctionVersion changed = other with { EnvironmentKey = Guid.NewGuid().ToString() };
            house.Invoker.Retire(changed);
            Assert.Equal("[false, true, true]", await StartAsync(house, changed));
            Assert.Equal(0, house.Invoker.PrimedTaken);
            house.Invoker.Retire(function with { EnvironmentKey = "" });
            house.Invoker.Retire(changed with { EnvironmentKey = "" });
            Assert.Empty(house.Invoker.ListPrimed());
        }
    }

    [Fact]
    public async Task A_function_may_say_that_it_wants_none()
    {
        await using ExecutionHouse house = await OpenAsync(Primed);
        FunctionVersion function = await WithHeavyAsync(house, Early);
        await StartAsync(house, function);
        function = function with
        {
            Environment = ImmutableDictionary<string, string>.Empty.Add("LAMINA_PRIME", "0"),
            EnvironmentKey = Guid.NewGuid().ToString(),
        };
        house.Invoker.Retire(function);
        Assert.Empty(house.Invoker.ListPrimed());
        Assert.Equal("[false, true, true]", await StartAsync(house, function));
        Assert.Empty(house.Invoker.ListPrimed());
    }

    [Fact]
    public async Task What_is_worth_more_takes_the_place_of_what_is_worth_less_within_the_budget()
    {
        await using ExecutionHouse house = await OpenAsync(Primed with { PrimeMemoryBytes = 120L << 20 });
        const string Code = "import large\ndef handler(e, c): return len(large.memory)";
        string[] seconds = ["0.05", "1.5", "0.05"];
        List<string> kept = [];
        for (int i = 0; i < seconds.Length; i++)
        {
            string large = $"import time\ntime.sleep({seconds[i]})\nmemory = bytearray(60 << 20)\nmemory[::4096] = b'x' * 15360";
            LayerReference layer = await house.LayerAsync($"large{i}", ("python/large.py", large));
            StoredArchive code = await house.StoreAsync(("index.py", Code));
            await StartAsync(house, ExecutionHouse.Function(code) with { Runtime = "python3.11", Name = $"f{i}", Layers = [layer] });
            kept.Add(string.Join(' ', house.Invoker.ListPrimed().Where(static report => report.Ready).Select(static report => report.Function.Split(':')[6])));
        }

        Assert.Equal(["f0", "f1", "f1"], kept);
    }

    [Fact]
    public async Task What_a_waiting_interpreter_may_tell_a_function_may_not()
    {
        await using ExecutionHouse house = await OpenAsync(Primed);
        FunctionVersion function = await WithHeavyAsync(house, """
            import heavy, http.client, os
            def handler(event, context):
                statuses = []
                for path in ("/lamina/primed", "/lamina/learnt"):
                    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
                    api.request("POST", path, "import 100 os")
                    statuses.append(api.getresponse().status)
                return statuses
            """);
        Assert.Equal("[404, 404]", await StartAsync(house, function));
        Assert.Equal(["heavy"], Assert.Single(house.Invoker.ListPrimed()).Imports);
        Assert.Equal("[404, 404]", await StartAsync(house, await UpdateAsync(house, function, "import heavy\ndef handler(e, c): return [404, 404]")));
        Assert.Equal(1, house.Invoker.PrimedTaken);
    }

    [Fact]
    public async Task An_error_while_importing_reads_as_ever()
    {
        await using ExecutionHouse house = await OpenAsync(Primed);
        FunctionVersion function = await WithHeavyAsync(house, Early);
        await StartAsync(house, function);
        const string Code = "import heavy, heavy.broken";
        using InvokeOutcome primed = await house.InvokeAsync(await UpdateAsync(house, function, Code));
        Assert.Equal(1, house.Invoker.PrimedTaken);
        using InvokeOutcome plain = await house.InvokeAsync(await UpdateAsync(house, function with { Name = "other", Layers = function.Layers }, Code));
        Assert.Equal(1, house.Invoker.PrimedTaken);
        Assert.Contains("KeyError", ExecutionHouse.Text(plain.Payload), StringComparison.Ordinal);
        Assert.DoesNotContain("lamina_runtime/imports", ExecutionHouse.Text(plain.Payload), StringComparison.Ordinal);
        Assert.Equal(ExecutionHouse.Text(plain.Payload), ExecutionHouse.Text(primed.Payload));
    }

    private static Task<ExecutionHouse> OpenAsync(ExecutionOptions options) => ExecutionHouse.OpenAsync(options, TimeProvider.System, RefuseAsync);

    private static async Task<FunctionVersion> WithHeavyAsync(ExecutionHouse house, string code) =>
        ExecutionHouse.Function(await house.StoreAsync(("index.py", code))) with
        {
            Runtime = "python3.11",
            Layers =
            [
                await house.LayerAsync(
                    "heavy",
                    ("python/heavy/__init__.py", Heavy),
                    ("python/heavy/part.py", "import heavy as whole"),
                    ("python/heavy/broken.py", "{}['absent']"),
                    ("python/spread/inner.py", "NAME = 'inner'")),
            ],
        };

    /// <summary>Other code, as UpdateFunctionCode brings it.</summary>
    private static async Task<FunctionVersion> UpdateAsync(ExecutionHouse house, FunctionVersion function, string code)
    {
        FunctionVersion updated = function with { Code = await house.StoreAsync(("index.py", code)), EnvironmentKey = Guid.NewGuid().ToString() };
        house.Invoker.Retire(updated);
        await house.Invoker.ShellsReadyAsync();
        return updated;
    }

    /// <summary>Invokes it in a first environment; all that is to be made in advance is ready before and after.</summary>
    private static async Task<string> StartAsync(ExecutionHouse house, FunctionVersion function, string payload = "{}")
    {
        Assert.SkipUnless(house.Invoker.ShellMemoryBytes > 0, "sandboxes are made in advance as root, and where there is a cgroup for memory");
        house.Invoker.Expect(function);
        await house.Invoker.ShellsReadyAsync();
        using InvokeOutcome outcome = await house.InvokeAsync(function, payload);
        string answer = ExecutionHouse.Text(outcome.Payload);
        Assert.True(outcome.Result == InvokeResult.Succeeded, answer);
        await house.Invoker.ShellsReadyAsync();
        return answer;
    }

    private static string[] Fields(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateObject().Select(static field => $"{field.Name}: {field.Value.GetRawText()}")];
    }

    private static Task RefuseAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        context.Response.StatusCode = 501;
        return Task.CompletedTask;
    }
}
