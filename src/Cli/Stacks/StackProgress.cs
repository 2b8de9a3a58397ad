using System.Text.Json.Nodes;
using Lamina.Cli.Commands;
using Lamina.Cli.Terminals;
using Spectre.Console;

namespace Lamina.Cli.Stacks;

/// <summary>
/// Follows one operation of a stack, from the events that were there before it. (1) The server may hold its answer to the request that begins
/// the operation back, so events are read meanwhile; (2) only when it is there does the stack's status count; (3) the events once more, for
/// those that came between.
/// </summary>
internal sealed class StackProgress(StackClient client, string stackId, Terminal terminal, TimeProvider time, bool quiet)
{
    private const int StatusWidth = 28;
    private const int NameWidth = 40;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<StackEventLine> _events = [];

    /// <summary>The last event of each resource, in the order of their first ones.</summary>
    private readonly OrderedDictionary<string, StackEventLine> _resources = new(StringComparer.Ordinal);

    /// <summary>What happened so far, oldest first.</summary>
    public IReadOnlyList<StackEventLine> Events => _events;

    /// <summary>Call it before the operation begins.</summary>
    public async Task SkipAsync(CancellationToken cancellationToken)
    {
        await foreach (StackEventLine one in client.EventsAsync(stackId, cancellationToken))
        {
            _seen.Add(one.Id);
        }
    }

    /// <summary>How the stack is at the end.</summary>
    public Task<StackDescription> FollowAsync(Task begun, CancellationToken cancellationToken) =>
        terminal.LiveAsync(quiet, table => FollowAsync(begun, table, cancellationToken));

    /// <param name="table">Shows how the resources are; null where lines are said.</param>
    private async Task<StackDescription> FollowAsync(Task begun, Action<Table>? table, CancellationToken cancellationToken)
    {
        while (!begun.IsCompleted)
        {
            await ShowAsync(table, cancellationToken); // (1)
            await Task.WhenAny(begun, Task.Delay(Pause, time, cancellationToken));
        }

        await begun;
        while (true)
        {
            StackDescription stack = await client.FindAsync(stackId, cancellationToken)
                ?? throw new CliError("The stack is gone.", stackId, "Somebody else deleted it; deploy it again."); // (2)
            await ShowAsync(table, cancellationToken); // (3)
            if (!stack.Status.EndsWith("_IN_PROGRESS", StringComparison.Ordinal))
            {
                return stack;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Prints the outputs, or one document; an error with the reasons when the stack is not as it was asked for.</summary>
    /// <param name="endpoint">The server, for the addresses that outputs have here.</param>
    public static void Conclude(Terminal terminal, DeployOutcome outcome, Uri endpoint, bool json)
    {
        (StackDescription stack, bool changed, IReadOnlyList<StackEventLine> events) = outcome;
        if (json)
        {
            terminal.PrintJson(new JsonObject
            {
                ["StackId"] = stack.Id,
                ["StackName"] = stack.Name,
                ["StackStatus"] = stack.Status,
                ["Changed"] = changed,
                ["Outputs"] = Object(stack.Outputs),
                ["LocalUrls"] = Object(stack.Outputs
                    .Select(output => (output.Key, Value: LocalUrl.Of(output.Value, endpoint)!))
                    .Where(static one => one.Value is not null)),
                [nameof(Events)] = new JsonArray([.. events.Select(Document)]),
            });
        }

        if (changed && stack.Status is not ("CREATE_COMPLETE" or "UPDATE_COMPLETE" or "DELETE_COMPLETE"))
        {
            IEnumerable<string> reasons = events
                .Where(static one => one.Status.EndsWith("_FAILED", StringComparison.Ordinal) && !Follows(one.Reason))
                .Select(static one => $"{one.LogicalId} ({one.Type}): {one.Reason ?? "no reason given"}");
            throw new CliError(
                $"The stack ended in {stack.Status}. {string.Join("; ", reasons)}", stack.Name,
                stack.Status is "ROLLBACK_COMPLETE" or "CREATE_FAILED" or "ROLLBACK_FAILED"
                    ? $"Mend the template, then `lamina delete {stack.Name}` and deploy it again." : null);
        }

        if (!json && stack.Status != "DELETE_COMPLETE" && stack.Outputs.Count > 0)
        {
            Listing.Print(
                terminal, stack.Outputs, string.Empty, ["OUTPUT", "VALUE"], output => [output.Key, LocalUrl.Of(output.Value, endpoint) ?? output.Value]);
        }
    }

    private static JsonObject Object(IEnumerable<(string Key, string Value)> pairs) =>
        new(pairs.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));

    private async Task ShowAsync(Action<Table>? table, CancellationToken cancellationToken)
    {
        List<StackEventLine> fresh = [];
        await foreach (StackEventLine one in client.EventsAsync(stackId, cancellationToken))
        {
            if (!_seen.Add(one.Id))
            {
                break;
            }

            fresh.Add(one);
        }

        fresh.Reverse();
        _events.AddRange(fresh);
        if (table is not null && fresh.Count > 0)
        {
            fresh.ForEach(one => _resources[one.LogicalId] = one);
            table(Resources());
        }
        else if (!quiet)
        {
            fresh.ForEach(one => terminal.Tell(
                Tone(one.Status), one.Status.PadRight(StatusWidth), $"{one.LogicalId.PadRight(NameWidth)} {one.Type}  {one.Reason}".TrimEnd()));
        }
    }

    /// <summary>A narrow terminal cuts the types, and what failed says why over as many lines as it takes; status and name stay whole.</summary>
    private Table Resources()
    {
        Table table = Terminal.Columns("STATUS", "RESOURCE", "TYPE");
        table.Columns[2].NoWrap = false;
        foreach (StackEventLine one in _resources.Values)
        {
            string tone = Tone(one.Status);
            string type = tone == "red" && one.Reason is { } reason ? $"{one.Type}: {reason}" : one.Type;
            table.AddRow(
                new Markup($"[{tone}]{one.Status}[/]"), new Text(one.LogicalId).Overflow(Overflow.Ellipsis), new Text(type).Overflow(Overflow.Ellipsis));
        }

        return table;
    }

    /// <summary>Whether it only failed because another one did.</summary>
    private static bool Follows(string? reason) => reason?.Contains("cancelled", StringComparison.OrdinalIgnoreCase) == true
        || reason?.StartsWith("The following resource(s) failed", StringComparison.Ordinal) == true;

    private static string Tone(string status) =>
        status.EndsWith("_FAILED", StringComparison.Ordinal) || status.Contains("ROLLBACK", StringComparison.Ordinal) ? "red"
            : status.EndsWith("_COMPLETE", StringComparison.Ordinal) ? "green"
            : "grey";

    private static JsonNode Document(StackEventLine one) => new JsonObject
    {
        ["LogicalResourceId"] = one.LogicalId,
        ["ResourceType"] = one.Type,
        ["ResourceStatus"] = one.Status,
        ["ResourceStatusReason"] = one.Reason,
    };
}
