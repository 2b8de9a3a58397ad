using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Lamina.Execution;
using Lamina.Functions;
using static Lamina.Rooms.Tests.Execution.Shells.WaitingChecks;

namespace Lamina.Rooms.Tests.Execution.Shells;

/// <summary>Environments in sandboxes that were made in advance: to a function they are like any other.</summary>
public sealed class ShellTests
{
    private const string PythonWorld = """
        import ctypes, gc, json, locale, os, signal, sys, threading, time, resource
        def handler(event, context):
            status = dict(line.split(":\t") for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
            return {
                "environment": {name: value for name, value in os.environ.items() if name not in event},
                "argv": sys.argv, "executable": sys.executable, "path": sys.path, "cwd": os.getcwd(), "main": sorted(vars(sys.modules["__main__"])),
                "flags": str(sys.flags), "zone": time.tzname, "locale": locale.setlocale(locale.LC_ALL), "encoding": sys.stdout.encoding,
                "signals": [status[name] for name in ("SigBlk", "SigIgn", "SigCgt", "NoNewPrivs", "Seccomp", "CapEff", "Uid", "Gid")],
                "files": sorted(os.readlink("/proc/self/fd/" + name).split(":")[0] for name in os.listdir("/proc/self/fd") if name.isdigit() and os.path.exists("/proc/self/fd/" + name)),
                "threads": threading.active_count(), "limits": [resource.getrlimit(kind) for kind in range(16)], "umask": os.umask(0o22),
                "parent": os.getppid(), "session": os.getsid(0) == os.getpid(), "mounts": sorted(line.split()[4] for line in open("/proc/self/mountinfo")),
                "tmp": os.statvfs("/tmp").f_blocks, "line": open("/proc/self/cmdline").read(), "gc": gc.get_threshold(), "stdin": os.path.realpath("/proc/self/fd/0"),
                "opt": sorted(os.listdir("/opt")), "task": sorted(os.listdir("/var/task")),
            }
        """;

    private const string NodeWorld = """
        const fs = require('fs');
        exports.handler = async (event) => ({
          environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => !event.includes(name))),
          argv: process.argv, exec: process.execArgv, cwd: process.cwd(), main: require.main === undefined ? null : require.main.filename,
          paths: module.paths, global: require('module').globalPaths, zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
          title: process.title, umask: process.umask(), parent: process.ppid, listeners: process.eventNames().map(String).sort(),
          status: fs.readFileSync('/proc/self/status', 'utf8').split('\n').filter((line) => /^(Sig(Blk|Ign|Cgt)|NoNewPrivs|Seccomp|CapEff|Uid|Gid)/.test(line)),
          files: fs.readdirSync('/proc/self/fd').map((name) => { try { return fs.readlinkSync('/proc/self/fd/' + name).split(':')[0]; } catch { return null; } }).sort(),
          cache: Object.keys(require.cache).sort(), globals: Object.getOwnPropertyNames(globalThis).sort(),
          mounts: fs.readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n').map((line) => line.split(' ')[4]).sort(),
          opt: fs.readdirSync('/opt'), task: fs.readdirSync('/var/task'),
        });
        """;

    [Theory]
    [InlineData("python3.11", "index.py", PythonWorld)]
    [InlineData("python3.13", "index.py", PythonWorld)]
    [InlineData("nodejs22.x", "index.js", NodeWorld)]
    public async Task A_function_cannot_tell_whether_its_interpreter_had_waited_for_it(string runtime, string file, string code)
    {
        string payload = JsonSerializer.Serialize(OfEach);
        string exact = await SeeAsync(ExecutionHouse.Options, 0);
        string pooled = await SeeAsync(Pooled, 1);
        Assert.Equal(Fields(exact), Fields(pooled));

        async Task<string> SeeAsync(ExecutionOptions options, int taken)
        {
            await using ExecutionHouse house = await ExecutionHouse.OpenAsync(options, TimeProvider.System, Refuse);
            FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync((file, code))) with
            {
                Runtime = runtime,
                Layers = [await house.LayerAsync("one", ("python/one.py", "")), await house.LayerAsync("two", ("nodejs/node_modules/two/index.js", ""))],
                Environment = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("TABLE", "späti"),
            };
            if (taken > 0)
            {
                await ExpectAsync(house, function);
            }

            InvokeOutcome outcome = await house.InvokeAsync(function, payload);
            Assert.Equal(InvokeResult.Succeeded, outcome.Result);
            Assert.Equal(taken, house.Invoker.InterpretersTaken);
            return ExecutionHouse.Text(outcome.Payload);
        }
    }

    [Theory]
    [InlineData("python3.11", "PYTHONOPTIMIZE", "1", "import sys\ndef handler(e, c): return str(sys.flags.optimize)", "1")]
    [InlineData("python3.11", "TZ", "Asia/Tokyo", "import time\ndef handler(e, c): return str(-time.timezone // 3600)", "9")]
    [InlineData("python3.11", "LD_LIBRARY_PATH", "/opt/odd", "import os\ndef handler(e, c): return os.environ['LD_LIBRARY_PATH']", "/opt/odd")]
    [InlineData("nodejs22.x", "NODE_OPTIONS", "--stack-trace-limit=3", "exports.handler = async () => String(Error.stackTraceLimit)", "3")]
    public async Task A_variable_that_decides_how_a_process_starts_gets_a_fresh_process(string runtime, string name, string value, string code, string seen)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync((FileOf(runtime), code))) with
        {
            Runtime = runtime,
            Environment = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add(name, value),
        };
        await ExpectAsync(house, function);

        InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal($"\"{seen}\"", ExecutionHouse.Text(outcome.Payload));
        Assert.Equal(0, house.Invoker.InterpretersTaken);
    }

    [Fact]
    public async Task A_library_of_a_layer_is_found_by_an_interpreter_that_looked_for_others_before()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync(("index.py", """
            import ctypes, tool
            def handler(event, context):
                try: ctypes.CDLL("libabsent.so")
                except OSError: pass
                try: ctypes.CDLL("libfake.so")
                except OSError as error: return [tool.name, str(error).split(":")[0]]
            """))) with
        {
            Runtime = "python3.11",
            Layers = [await house.LayerAsync("libs", ("lib/libfake.so", "no library"), ("python/tool.py", "name = 'tool'"))],
        };
        await ExpectAsync(house, function);

        InvokeOutcome outcome = await house.InvokeAsync(function);

        // The linker names what it found by its path, and what it did not find by its name.
        Assert.Equal("[\"tool\", \"/opt/lib/libfake.so\"]", ExecutionHouse.Text(outcome.Payload));
        Assert.Equal(1, house.Invoker.InterpretersTaken);
    }

    [Theory]
    [InlineData("python", true)]
    [InlineData("python", false)]
    [InlineData("python/lib/python3.11/site-packages", true)]
    [InlineData("elsewhere", true)]
    public async Task Path_files_of_the_code_and_of_layers_are_followed(string folder, bool inAdvance)
    {
        ExecutionOptions options = inAdvance ? Pooled : Pooled with { ShellMemoryBytes = 0 };
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(options, TimeProvider.System, Refuse);
        FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync(
            ("own.pth", "/var/task/inner\n"),
            ("inner/own.py", ""),
            ("index.py", """
                def find(name):
                    try: return __import__(name).__name__
                    except ImportError: return None
                def handler(event, context): return [find("own"), find("found")]
                """))) with
        {
            Runtime = "python3.11",
            Layers = [await house.LayerAsync("paths", ($"{folder}/more.pth", "/opt/far\n"), ("far/found.py", ""))],
        };
        if (inAdvance)
        {
            await ExpectAsync(house, function);
        }

        InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal($"[\"own\", {(folder == "elsewhere" ? "null" : "\"found\"")}]", ExecutionHouse.Text(outcome.Payload));
        Assert.Equal(inAdvance ? 1 : 0, house.Invoker.InterpretersTaken);
    }

    [Fact]
    public async Task Each_function_has_a_process_of_its_own_with_its_own_random_numbers()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        const string Code = "import random, uuid\ndef handler(e, c): return [random.random(), str(uuid.uuid4()), hash('x')]";
        HashSet<string> seen = [];
        for (int i = 0; i < 4; i++)
        {
            FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync(("index.py", Code))) with { Runtime = "python3.11", Name = $"f{i}" };
            await ExpectAsync(house, function);
            using JsonDocument answer = JsonDocument.Parse((await house.InvokeAsync(function)).Payload);
            Assert.All(answer.RootElement.EnumerateArray(), value => Assert.True(seen.Add(value.GetRawText())));
        }

        Assert.Equal(4, house.Invoker.InterpretersTaken);
    }

    [Fact]
    public async Task After_a_crash_the_sandbox_goes_on_with_a_fresh_process_and_its_tmp()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync(("index.py", """
            import os
            def handler(event, context):
                if event == "crash":
                    open("/tmp/kept", "w").write("kept")
                    os._exit(3)
                return open("/tmp/kept").read()
            """))) with { Runtime = "python3.11" };
        await ExpectAsync(house, function);

        InvokeOutcome crashed = await house.InvokeAsync(function, "\"crash\"");
        InvokeOutcome again = await house.InvokeAsync(function, "\"read\"");

        Assert.Contains("exit status 3", ExecutionHouse.Text(crashed.Payload), StringComparison.Ordinal);
        Assert.Equal("\"kept\"", ExecutionHouse.Text(again.Payload));
    }

    [Theory]
    [InlineData(128, 300, true)]
    [InlineData(1024, 600, false)]
    public async Task Its_memory_is_the_functions(int memoryMiB, int usedMiB, bool killed)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        string code = $"import time\ndef handler(e, c):\n    x = bytearray({usedMiB} << 20)\n    time.sleep(0.3)\n    return len(x)";
        FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync(("index.py", code))) with
        {
            Runtime = "python3.11",
            MemorySizeMiB = memoryMiB,
            EphemeralStorageMiB = 600,
        };
        await ExpectAsync(house, function);

        InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal(1, house.Invoker.InterpretersTaken);
        Assert.Equal(killed, ExecutionHouse.Text(outcome.Payload).Contains("Runtime.OutOfMemory", StringComparison.Ordinal));
        Assert.Equal(killed, outcome.Result != InvokeResult.Succeeded);
    }

    [Fact]
    public async Task What_a_waiting_interpreter_asks_is_not_answered_to_a_function()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync(("index.py", """
            import http.client, os
            def handler(event, context):
                api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
                api.request("GET", "/lamina/start")
                return api.getresponse().status
            """))) with { Runtime = "python3.11" };
        await ExpectAsync(house, function);
        Assert.Equal("404", ExecutionHouse.Text((await house.InvokeAsync(function)).Payload));
    }

    [Fact]
    public async Task Sandboxes_that_died_waiting_are_not_missed()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync(("index.py", "def handler(e, c): return 1"))) with { Runtime = "python3.11" };
        await ExpectAsync(house, function);
        int[] waiting = ChildrenOf(JailIn(house.Folder));
        Assert.NotEmpty(waiting);
        Array.ForEach(waiting, static pid => Process.GetProcessById(pid).Kill());

        InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal("1", ExecutionHouse.Text(outcome.Payload));
    }

    [Fact]
    public async Task Ten_functions_at_once_are_served_by_ten_that_waited()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        NeedsShells(house);
        List<FunctionVersion> functions = [];
        for (int i = 0; i < 10; i++)
        {
            functions.Add(ExecutionHouse.Function(await house.StoreAsync(("index.js", $"exports.handler = async () => {i}"))) with { Runtime = "nodejs22.x", Name = $"f{i}" });
            house.Invoker.Expect(functions[i]);
        }

        await house.Invoker.ShellsReadyAsync();
        InvokeOutcome[] outcomes = await Task.WhenAll(functions.Select(async function => await house.InvokeAsync(function)));

        Assert.Equal(Enumerable.Range(0, 10).Select(static i => $"{i}"), outcomes.Select(static outcome => ExecutionHouse.Text(outcome.Payload)));
        Assert.Equal(10, house.Invoker.InterpretersTaken);
    }

    [Fact]
    public async Task What_waited_for_functions_that_are_gone_goes()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        NeedsShells(house);
        FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync(("index.py", "def handler(e, c): return 1"))) with { Runtime = "python3.11" };
        FunctionVersion[] functions = [.. Enumerable.Range(0, 4).Select(i => function with { Name = $"f{i}" })];
        Array.ForEach(functions, house.Invoker.Expect);
        await house.Invoker.ShellsReadyAsync();
        int waiting = house.Invoker.ListShells().Single().Ready;

        Array.ForEach(functions[1..], gone => house.Invoker.Retire(gone with { EnvironmentKey = "" }));

        Assert.Equal((6, 3), (waiting, house.Invoker.ListShells().Single().Ready));
        Assert.Equal("1", ExecutionHouse.Text((await house.InvokeAsync(functions[0])).Payload));
    }

    private static string FileOf(string runtime) => runtime.StartsWith("python", StringComparison.Ordinal) ? "index.py" : "index.js";

    private static int JailIn(string folder) => Directory.GetDirectories("/proc")
        .Select(static path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out int pid) ? pid : 0)
        .First(pid => pid > 0 && ReadOrEmpty($"/proc/{pid}/cmdline").Contains(folder, StringComparison.Ordinal));

    private static int[] ChildrenOf(int parent) => [.. Directory.GetDirectories("/proc")
        .Select(static path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out int pid) ? pid : 0)
        .Where(pid => pid > 0 && ReadOrEmpty($"/proc/{pid}/status").Contains($"PPid:\t{parent}\n", StringComparison.Ordinal))];

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
