namespace Lamina.Bench;

/// <param name="Parts">Which are measured.</param>
internal sealed record BenchOptions(bool Json, IReadOnlyList<string> Parts, int Repeats, TimeSpan LoadTime)
{
    public const string Usage = """
        usage: ./bench.sh [--json] [--quick] [PART …]
          --json   one JSON document instead of the table
          --quick  a tenth of the repetitions: to see that it runs, not to compare
        parts, all of them where none is named:
          machine      what the kernel asks here for a system call, a page fault, a switch, a process, namespaces, a program
          cold         first invocations, with no layer, small ones and one of 250 MB; beside a fresh process, and unzip before it
          first-lines  from the request to the handler's first line in a sandbox made in advance; beside a fresh process with the same client
          warm         warm invocations of 1, 8 and 64 callers; beside a bare Kestrel
          burst        100 functions, a cold call of each, at once
          imports      Python's imports out of a layer, made in advance and not
          stack-caches what Node.js and Java load out of a layer, with what they keep of it and without; the former takes npm, the latter a JDK
          sandboxes    sandboxes made and ended, without a server
          layers       publish, re-publish, attach, inspect, storage; beside unzip and find
          stacks       a watched change, 300 resources made, the SAM transform of 300; beside AWS's translator
          keep-alive   simulation: which idle environments are kept
          server       the server's start, its memory, many functions
        """;

    public static IReadOnlyList<int> Callers => [1, 8, 64];

    private static readonly string[] All =
        ["machine", "cold", "first-lines", "warm", "burst", "imports", "stack-caches", "sandboxes", "layers", "stacks", "keep-alive", "server"];

    /// <summary>Null when an argument is not known.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> arguments)
    {
        string[] parts = [.. arguments.Where(static one => !one.StartsWith('-'))];
        bool quick = arguments.Contains("--quick");
        return arguments.Except(parts).All(static one => one is "--json" or "--quick") && parts.All(All.Contains)
            ? new(arguments.Contains("--json"), parts is [] ? All : parts, quick ? 3 : 30, TimeSpan.FromSeconds(quick ? 0.3 : 3))
            : null;
    }

    public bool Measures(string part) => Parts.Contains(part);

    public static HttpClient NewClient(Uri address)
    {
        HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256, UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        LambdaApi.Sign(http);
        return http;
    }
}
