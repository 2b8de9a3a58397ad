using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Stacks;

/// <summary>Prints what a stack's functions log from now on, each line with its function's logical id.</summary>
internal sealed class StackLogs(LambdaClient client, Terminal terminal) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Dictionary<string, Task> _followed = new(StringComparer.Ordinal);

    /// <summary>Those that are followed already go on.</summary>
    public void Follow(IReadOnlyList<(string LogicalId, string Function)> functions)
    {
        int width = functions.Select(static one => one.LogicalId.Length).DefaultIfEmpty().Max();
        foreach ((string logicalId, string function) in functions)
        {
            if (!_followed.TryGetValue(function, out Task? running) || running.IsCompleted)
            {
                _followed[function] = CopyAsync(logicalId.PadRight(width), function);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_followed.Values);
        _ended.Dispose();
    }

    private async Task CopyAsync(string name, string function)
    {
        try
        {
            await foreach (string line in client.FollowLogsAsync(function, _ended.Token))
            {
                terminal.PrintLine($"{name}  {line}");
            }
        }
        catch (OperationCanceledException)
        {
            // Asked for.
        }
        catch (Exception error) when (error is CliError or IOException or HttpRequestException)
        {
            // The function went, or the server did, which others say louder; the next deployment follows it again.
            terminal.Note($"the log of {name.TrimEnd()} ended: {error.Message}");
        }
    }
}
