namespace Lamina.Stacks.Engine;

/// <summary>Runs a step for each node of a graph, side by side where the graph allows: a step begins when all that it needs have succeeded.</summary>
internal static class GraphRun
{
    private const int StepsAtOnce = 16;

    /// <summary>Whether all steps succeeded. What cannot begin, because something it needs failed, is left out.</summary>
    /// <param name="needs">Of nodes that are not in the order nothing is awaited.</param>
    /// <param name="stopsAtFailure">Whether nothing more begins once a step has failed.</param>
    public static async Task<bool> RunAsync(
        IReadOnlyList<string> order,
        Func<string, IEnumerable<string>> needs,
        Func<string, Task<bool>> step,
        bool stopsAtFailure)
    {
        Dictionary<string, Task<bool>> running = new(StringComparer.Ordinal);
        using SemaphoreSlim slots = new(StepsAtOnce);
        StrongBox failed = new();
        foreach (string node in order)
        {
            Task<bool>[] before = [.. needs(node).Select(running.GetValueOrDefault).OfType<Task<bool>>()];
            running[node] = RunOneAsync(node, before, slots, failed, step, stopsAtFailure);
        }

        bool[] ended = await Task.WhenAll(running.Values);
        return ended.All(static succeeded => succeeded);
    }

    private static async Task<bool> RunOneAsync(
        string node, Task<bool>[] before, SemaphoreSlim slots, StrongBox failed, Func<string, Task<bool>> step, bool stopsAtFailure)
    {
        bool[] ready = await Task.WhenAll(before);
        if (!ready.All(static succeeded => succeeded))
        {
            return false;
        }

        await slots.WaitAsync(CancellationToken.None);
        try
        {
            if (stopsAtFailure && failed.Value)
            {
                return false;
            }

            bool succeeded = await step(node);
            failed.Value |= !succeeded;
            return succeeded;
        }
        catch
        {
            failed.Value = true;
            throw;
        }
        finally
        {
            slots.Release();
        }
    }

    private sealed class StrongBox
    {
        private volatile bool _value;

        public bool Value
        {
            get => _value;
            set => _value = value;
        }
    }
}
