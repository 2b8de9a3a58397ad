namespace Lamina.Bench;

internal sealed record BenchOptions(bool Json, bool BaselinesOnly, bool KeepAliveOnly, bool ImportsOnly, int Repeats, TimeSpan LoadTime)
{
    public const string Usage = """
        usage: ./bench.sh [--json] [--quick] [--baselines | --keep-alive | --imports]
          --json       one JSON document instead of the table
          --quick      a tenth of the repetitions: to see that it runs, not to compare
          --baselines  only what the machine does without Lamina
          --keep-alive only the simulation of which idle environments are kept
          --imports    only Python's imports out of a layer
        """;

    public static IReadOnlyList<int> Callers => [1, 8, 64];

    /// <summary>Null when an argument is not known.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> arguments)
    {
        bool quick = arguments.Contains("--quick");
        return arguments.All(static one => one is "--json" or "--quick" or "--baselines" or "--keep-alive" or "--imports")
            ? new(
                arguments.Contains("--json"),
                arguments.Contains("--baselines"),
                arguments.Contains("--keep-alive"),
                arguments.Contains("--imports"),
                quick ? 3 : 30,
                TimeSpan.FromSeconds(quick ? 0.3 : 3))
            : null;
    }

    public static HttpClient NewClient(Uri address)
    {
        HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256, UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        LambdaApi.Sign(http);
        return http;
    }
}
