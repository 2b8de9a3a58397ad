using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lamina.EndToEnd.Tests;

/// <summary>What a function may use up, passed by functions of three runtimes. The next invocation finds all of it again, and so do others.</summary>
[Collection(typeof(Alone))]
public sealed partial class LimitTests(SharedServer shared) : SharedServerTests(shared)
{
    /// <summary>Room for a thousand processes.</summary>
    private const int MemoryMiB = 1536;

    /// <summary>Who is asked for a limit it has passed already has as many as that fewer: its own descriptors, threads and processes.</summary>
    private const int OfItsOwn = 40;

    private static readonly string Functions = Path.Combine(RepositoryFolders.Root, "tests", "EndToEnd", "functions", "limits");

    public static TheoryData<string> Runtimes => ["python3.11", "nodejs20.x", "provided.al2023"];

    [Theory]
    [MemberData(nameof(Runtimes))]
    public async Task Descriptors_end_at_1024(string runtime)
    {
        await CreateAsync(runtime);
        Assert.Equal("""{"reached":1024,"error":"EMFILE"}""", await TryAsync("files"));
        await AllServeAsync();
    }

    [Theory]
    [MemberData(nameof(Runtimes))]
    public async Task Processes_end_at_1024(string runtime)
    {
        await CreateAsync(runtime);
        JsonNode refused = JsonNode.Parse(await TryAsync("processes"))!;
        Assert.Equal("EAGAIN", (string?)refused["error"]);
        Assert.InRange((int)refused["reached"]!, 1024 - OfItsOwn, 1023);
        await AllServeAsync();
    }

    [Theory]
    [MemberData(nameof(Runtimes))]
    public async Task Tmp_ends_at_its_size(string runtime)
    {
        await CreateAsync(runtime);
        Assert.Equal("""{"reached":512,"error":"ENOSPC"}""", await TryAsync("tmp"));
        await AllServeAsync();
    }

    [Theory]
    [MemberData(nameof(Runtimes))]
    public async Task Memory_ends_at_its_size_and_the_report_says_that_all_was_used(string runtime)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "An ordinary user has no cgroup: the limit is held by sampling, and the report is a sample.");
        await CreateAsync(runtime);
        ClientAnswer killed = await AnyClient.InvokeAsync(Own("fn"), """{"do":"memory"}""");
        Assert.Equal("Runtime.OutOfMemory", (string?)JsonNode.Parse(killed.Payload)!["errorType"]);
        Match report = Report().Match(killed.LogTail);
        Assert.True(report.Success, killed.LogTail);
        Assert.Equal(MemoryMiB, int.Parse(report.Groups["size"].ValueSpan, CultureInfo.InvariantCulture));
        Assert.InRange(int.Parse(report.Groups["used"].ValueSpan, CultureInfo.InvariantCulture), MemoryMiB * 95 / 100, MemoryMiB);
        Assert.Equal(("error", "Runtime.OutOfMemory"), (report.Groups["status"].Value, report.Groups["type"].Value));
        await AllServeAsync();
    }

    [GeneratedRegex(@"^REPORT .*\tMemory Size: (?<size>\d+) MB\tMax Memory Used: (?<used>\d+) MB\t.*Status: (?<status>\w+)\tError Type: (?<type>\S+)", RegexOptions.Multiline)]
    private static partial Regex Report();

    private async Task CreateAsync(string runtime)
    {
        Archive code = runtime switch
        {
            "python3.11" => new Archive().File("index.py", await File.ReadAllBytesAsync(Path.Combine(Functions, "index.py"))),
            "nodejs20.x" => new Archive().File("index.js", await File.ReadAllBytesAsync(Path.Combine(Functions, "index.js"))),
            _ => new Archive().File("bootstrap", await File.ReadAllBytesAsync(Path.Combine(Functions, "bootstrap")), 0x1ED),
        };
        _ = (await AnyClient.CreateFunctionAsync(
            Own("fn"), code.ToArray(), new JsonObject { ["Runtime"] = runtime, ["MemorySize"] = MemoryMiB, ["Timeout"] = 55 })).Success;
        await AnyClient.WaitUntilActiveAsync(Own("fn"));
        await AnyClient.CreateProbeAsync(Own("bystander"));
    }

    private async Task<string> TryAsync(string what)
    {
        ClientAnswer answer = await AnyClient.InvokeAsync(Own("fn"), $$"""{"do":"{{what}}"}""");
        Assert.True(answer.FunctionError is null, answer.Payload);
        return JsonNode.Parse(answer.Payload)!.ToJsonString();
    }

    private async Task AllServeAsync()
    {
        Assert.Equal("\"hello\"", await TryAsync("hello"));
        Assert.Equal(2, (int)(await AnyClient.RunAsync(Own("bystander"), "result = 1 + 1"))!);
    }
}
