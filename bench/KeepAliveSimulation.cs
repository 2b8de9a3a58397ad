using Lamina.Execution.Environments;

namespace Lamina.Bench;

/// <summary>
/// Half a day of 300 functions, made up after published marginals: how often functions are invoked (45 % at most once an hour, 81 % at most
/// once a minute: Azure, ATC 2020), what a cold start costs (lognormal, mean 3.24 s, deviation 7.1 s: Huawei, EuroSys 2025), memory (median
/// 170 MB), two in five by a timer. Scored by the seconds that callers wait for cold starts, at equal memory held idle.
/// </summary>
internal static class KeepAliveSimulation
{
    private const string Group = "keep-alive, cold-start seconds in place of ms, at equal GB·s";
    private const string Own = "ours (Greedy-Dual)";
    private const int Functions = 300;
    private const int Traces = 3;
    private static readonly TimeSpan Length = TimeSpan.FromHours(12);
    private static readonly TimeSpan FixedTime = TimeSpan.FromMinutes(10);

    /// <summary>Whether an idle environment is kept is a matter of its worth: the rule decides what that is.</summary>
    private delegate double Worth(KeepAlive keepAlive, int invocations, Function function, double now);

    public static IReadOnlyList<Row> Run()
    {
        double[][] scores = [.. Enumerable.Range(1, Traces).Select(static seed => Score(Trace.Make(seed)))];
        string[] names = [Own, "fixed 10 minutes", "least recently used", "histogram of idle times", "one cold start each"];
        return [.. names.Select((name, i) => ToRow(name, [.. scores.Select(score => score[i])]))];
    }

    private static Row ToRow(string name, double[] seconds)
    {
        Array.Sort(seconds);
        return new Row(Group, name, seconds[seconds.Length / 2], seconds[^1], null, name == Own ? null : Own);
    }

    /// <summary>Ours and the others, in the order of their names.</summary>
    private static double[] Score(Trace trace)
    {
        Outcome fixedTime = KeepFor(trace, static (_, _) => (0, FixedTime.TotalSeconds));
        Outcome ours = AtEqualMemory(trace, fixedTime.GigabyteSeconds, static (keepAlive, invocations, function, _) =>
            keepAlive.Worth(invocations, TimeSpan.FromSeconds(function.StartSeconds), function.Bytes));
        Outcome recency = AtEqualMemory(trace, fixedTime.GigabyteSeconds, static (_, _, _, now) => now);
        Outcome histogram = HistogramAtEqualMemory(trace, fixedTime.GigabyteSeconds);
        double compulsory = trace.Events.Select(static happened => happened.Function).Distinct().Sum(number => trace.All[number].StartSeconds);
        return [ours.ColdSeconds, fixedTime.ColdSeconds, recency.ColdSeconds, histogram.ColdSeconds, compulsory];
    }

    /// <summary>The largest budget whose use is not above the given one.</summary>
    private static Outcome AtEqualMemory(Trace trace, double gigabyteSeconds, Worth worth)
    {
        double low = 1 << 20;
        double high = 1L << 40;
        for (int i = 0; i < 30; i++)
        {
            double middle = Math.Sqrt(low * high);
            (low, high) = KeepWithin(trace, (long)middle, worth).GigabyteSeconds < gigabyteSeconds ? (middle, high) : (low, middle);
        }

        return KeepWithin(trace, (long)low, worth);
    }

    private static Outcome KeepWithin(Trace trace, long budgetBytes, Worth worth)
    {
        KeepAlive keepAlive = new(budgetBytes);
        Dictionary<int, IdleEnvironment<int>> idle = [];
        Dictionary<int, int> invocations = [];
        Outcome outcome = new();
        long held = 0;
        double before = 0;
        foreach ((double now, int number) in trace.Events)
        {
            outcome.GigabyteSeconds += held * (now - before) / (1 << 30);
            before = now;
            Function function = trace.All[number];
            bool cold = !idle.ContainsKey(number);
            invocations[number] = invocations.GetValueOrDefault(number) + 1;
            idle[number] = new IdleEnvironment<int>(number, (long)(now * 1000), worth(keepAlive, invocations[number], function, now), function.Bytes);
            if (!cold)
            {
                continue;
            }

            outcome.ColdSeconds += function.StartSeconds;
            held += function.Bytes;
            if (held > budgetBytes)
            {
                foreach (IdleEnvironment<int> gone in keepAlive.Choose(idle.Values))
                {
                    idle.Remove(gone.Environment);
                    invocations.Remove(gone.Environment);
                    held -= gone.Bytes;
                }
            }
        }

        outcome.GigabyteSeconds += held * (Length.TotalSeconds - before) / (1 << 30);
        return outcome;
    }

    /// <param name="window">After how many seconds without an invocation an environment is made, and until when it is kept.</param>
    private static Outcome KeepFor(Trace trace, Func<int, IReadOnlyList<double>, (double From, double Until)> window)
    {
        Outcome outcome = new();
        Dictionary<int, (double At, List<double> Gaps)> last = [];
        foreach ((double now, int number) in trace.Events)
        {
            Function function = trace.All[number];
            bool warm = false;
            if (last.TryGetValue(number, out (double At, List<double> Gaps) known))
            {
                double gap = now - known.At;
                (double from, double until) = window(number, known.Gaps);
                warm = gap >= from && gap <= until;
                outcome.GigabyteSeconds += function.Bytes * Math.Max(0, Math.Min(gap, until) - from) / (1 << 30);
                known.Gaps.Add(gap);
            }

            outcome.ColdSeconds += warm ? 0 : function.StartSeconds;
            last[number] = (now, known.Gaps ?? []);
        }

        foreach ((int number, (double at, List<double> gaps)) in last)
        {
            (double from, double until) = window(number, gaps);
            double rest = Math.Min(Length.TotalSeconds - at, until);
            outcome.GigabyteSeconds += trace.All[number].Bytes * Math.Max(0, rest - from) / (1 << 30);
        }

        return outcome;
    }

    /// <summary>Each function's own idle times decide (Serverless in the Wild): between its 5th and a high percentile, the one that meets the memory.</summary>
    private static Outcome HistogramAtEqualMemory(Trace trace, double gigabyteSeconds)
    {
        const int Enough = 5;
        const double Bin = 60; // seconds: below it nothing is unloaded to be loaded again
        double[] percentiles = [0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];
        Outcome[] all = [.. percentiles.Select(high => KeepFor(trace, (_, gaps) =>
        {
            if (gaps.Count < Enough)
            {
                return (0, FixedTime.TotalSeconds);
            }

            double[] sorted = [.. gaps.TakeLast(100).Order()];
            double from = sorted[(int)(sorted.Length * 0.05)] * 0.9;
            return (from < Bin ? 0 : from, Math.Max(Bin, sorted[(int)(sorted.Length * high)] * 1.1));
        }))];
        return all.FirstOrDefault(outcome => outcome.GigabyteSeconds <= gigabyteSeconds) ?? all[^1];
    }

    private sealed class Outcome
    {
        public double ColdSeconds { get; set; }

        public double GigabyteSeconds { get; set; }
    }

    private sealed record Function(double StartSeconds, long Bytes);

    private sealed record Trace(Function[] All, (double At, int Function)[] Events)
    {
        public static Trace Make(int seed)
        {
            Random random = new(seed);
            Function[] functions = new Function[Functions];
            List<(double At, int Function)> events = [];
            for (int number = 0; number < Functions; number++)
            {
                double perMinute = Math.Min(20, Math.Exp(-3.58 + (4.08 * Normal(random))));
                functions[number] = new Function(Math.Exp(0.297 + (1.326 * Normal(random))), (long)(170e6 * Math.Exp(0.65 * Normal(random))));
                bool timer = random.NextDouble() < 0.4;
                double mean = 60 / perMinute;
                for (double at = random.NextDouble() * mean; at < Length.TotalSeconds; at += timer ? mean : -mean * Math.Log(1 - random.NextDouble()))
                {
                    events.Add((at, number));
                }
            }

            events.Sort();
            return new Trace(functions, [.. events]);
        }

        private static double Normal(Random random) =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
