using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>What a stranger's code cannot see, reach or bring down.</summary>
[Collection(typeof(Alone))]
public sealed class IsolationTests(SharedServer shared) : SharedServerTests(shared)
{
    [Fact]
    public async Task Nothing_of_the_operator_or_of_other_functions_is_in_sight()
    {
        ILambdaClient client = AnyClient;
        string secret = $"secret-{Guid.NewGuid():N}";
        await client.CreateProbeAsync(Own("neighbour"), new JsonObject
        {
            ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["NEIGHBOUR"] = secret } },
        });
        await client.CreateProbeAsync(Own("fn"));
        _ = await client.RunAsync(Own("neighbour"), $"open('/tmp/{secret}', 'w').write('x')");

        JsonNode? seen = await client.RunAsync(Own("fn"), $$"""
            import os
            def listing(path):
                try:
                    return os.listdir(path)
                except OSError:
                    return []
            pids = [int(name) for name in listing('/proc') if name.isdigit()]
            environs = ''
            for pid in pids:
                try:
                    environs += open(f'/proc/{pid}/environ').read()
                except OSError:
                    pass
            result = {
                'tmp': listing('/tmp'),
                'data': listing('{{DataFolder}}'),
                'home': listing('/root') + [entry for home in listing('/home') for entry in listing('/home/' + home)],
                'server': {{Server.ProcessId}} in pids and 'lamina' in open('/proc/{{Server.ProcessId}}/cmdline').read().lower(),
                'processes': len(pids),
                'neighbour': '{{secret}}' in environs,
                'shadow': os.access('/etc/shadow', os.R_OK),
                'uid': os.getuid(),
            }
            """);
        Assert.Equal(("[]", "[]", "[]"), (seen!["tmp"]!.ToJsonString(), seen["data"]!.ToJsonString(), seen["home"]!.ToJsonString()));
        Assert.Equal((false, false, false), ((bool)seen["server"]!, (bool)seen["neighbour"]!, (bool)seen["shadow"]!));
        Assert.InRange((int)seen["processes"]!, 1, 5);
        Assert.NotEqual(0, (int)seen["uid"]!);
    }

    [Fact]
    public async Task Signals_do_not_leave_the_sandbox()
    {
        ILambdaClient client = AnyClient;
        await client.CreateProbeAsync(Own("bystander"));
        await client.CreateProbeAsync(Own("fn"));
        _ = await client.RunAsync(Own("bystander"), "open('/tmp/here', 'w').write('x')");

        JsonNode? reached = await client.RunAsync(Own("fn"), $"""
            import os, signal
            def send(pid):
                try:
                    os.kill(pid, 0)
                    return True
                except OSError:
                    return False
            inside = set(int(name) for name in os.listdir('/proc') if name.isdigit())
            result = [pid for pid in list(range(2, 5000)) + [{Server.ProcessId}] if pid not in inside and send(pid)]
            """);
        Assert.Equal("[]", reached!.ToJsonString());
        _ = await client.InvokeAsync(Own("fn"), Probe.Event("import os; os.kill(-1, 9)"));
        Assert.Equal("here", (string?)(await client.RunAsync(Own("bystander"), "import os; result = os.listdir('/tmp')"))![0]);
    }

    [Fact]
    public async Task A_function_cannot_use_the_operator_s_own_paths()
    {
        ILambdaClient client = AnyClient;
        await client.CreateProbeAsync(Own("fn"));
        JsonNode? statuses = await client.RunAsync(Own("fn"), $"""
            import os, urllib.request, urllib.error
            def status(path):
                try:
                    return urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'] + path).status
                except urllib.error.HTTPError as error:
                    return error.code
            result = [status('/_lamina/health'), status('/_lamina/functions/{Own("fn")}/logs'), status('/_lamina/functions/{Own("fn")}/opt')]
            """);
        Assert.Equal("[200,403,403]", statuses!.ToJsonString());
    }

    private const string OutOfMemory = "Runtime.OutOfMemory";

    /// <summary>Where an ordinary user has no cgroups, a process reaches its address space's end first, and many processes the memory's.</summary>
    private static string[] WithoutCgroups(string errorType) =>
        errorType == OutOfMemory ? [OutOfMemory, "MemoryError"] : errorType == "Sandbox.Timedout" ? [errorType, OutOfMemory] : [errorType];

    public static TheoryData<string, string, string> Attacks => new()
    {
        { "memory hog", "hog = [bytes(1 << 20) * 1 for _ in range(4096)] ; hog = [bytearray(b'x' * (1 << 20)) for _ in range(4096)]", OutOfMemory },
        { "fork bomb", "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass", "Sandbox.Timedout" },
        { "endless loop", "while True: pass", "Sandbox.Timedout" },
        { "sudden exit", "import os; os._exit(3)", "Runtime.ExitError" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task An_attack_ends_as_Lambdas_error_and_the_server_serves_on(string what, string python, string errorType)
    {
        ILambdaClient client = AnyClient;
        // What must be met within the timeout gets a long one: with 128 MB a function has a fourteenth of a CPU to fill its memory with.
        await client.CreateProbeAsync(Own("attacker"), new JsonObject { ["Timeout"] = errorType == "Sandbox.Timedout" ? 5 : 55 });
        await client.CreateProbeAsync(Own("bystander"));
        ClientAnswer answer = await client.InvokeAsync(Own("attacker"), Probe.Event(python));

        Assert.True(answer.FunctionError == "Unhandled", $"{what}: {answer.Payload}");
        Assert.Contains((string?)JsonNode.Parse(answer.Payload)!["errorType"], Environment.IsPrivilegedProcess ? [errorType] : WithoutCgroups(errorType));
        Assert.Equal(2, (int)(await client.RunAsync(Own("bystander"), "result = 1 + 1"))!);
        Assert.Equal(2, (int)(await client.RunAsync(Own("attacker"), "result = 1 + 1"))!);
    }

    [Fact]
    public async Task A_disk_filler_fills_only_its_own_tmp()
    {
        ILambdaClient client = AnyClient;
        await client.CreateProbeAsync(Own("filler"), new JsonObject { ["MemorySize"] = 1024 });
        await client.CreateProbeAsync(Own("bystander"));
        ClientAnswer answer = await client.InvokeAsync(Own("filler"), Probe.Event("open('/tmp/a', 'wb').write(bytes(1 << 30))"));
        Assert.Equal("OSError", (string?)JsonNode.Parse(answer.Payload)!["errorType"]);
        Assert.Equal("done", (string?)await client.RunAsync(Own("bystander"), "open('/tmp/a', 'wb').write(bytes(1 << 20)); result = 'done'"));
    }
}
