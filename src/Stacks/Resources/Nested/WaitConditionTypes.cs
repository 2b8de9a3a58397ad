using System.Globalization;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Nested;

/// <summary>AWS::CloudFormation::WaitConditionHandle. Its physical id is a URL that takes signals.</summary>
internal sealed class WaitConditionHandleType(StackRoomParts rooms) : IResourceType
{
    private readonly WaitSignals _signals = new(rooms);

    public string Name => "AWS::CloudFormation::WaitConditionHandle";

    public ResourceShape Shape { get; } = new() { Known = [], Attributes = ResourceShape.Set("Id") };

    public string? MarkBefore(ResourceCall call) => null;

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        string url = await _signals.NewUrlAsync(call, cancellationToken);
        return new ResourceResult(url, new TemplateMap { ["Id"] = url });
    }

    public Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
        Task.FromResult(new ResourceResult(call.PhysicalId!, new TemplateMap { ["Id"] = call.PhysicalId! }));

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) =>
        _signals.ForgetAsync(call.Caller, WaitSignals.HandleOf(call.Caller, call.PhysicalId!), cancellationToken);
}

/// <summary>AWS::CloudFormation::WaitCondition: there as soon as its handle has taken as many signals as it counts.</summary>
internal sealed class WaitConditionType(StackRoomParts rooms) : IResourceType
{
    private readonly WaitSignals _signals = new(rooms);

    public string Name => "AWS::CloudFormation::WaitCondition";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("Count", "Handle", "Timeout"),
        Required = ["Handle", "Timeout"],
        CannotChange = true,
        Attributes = ResourceShape.Set("Data"),
    };

    /// <summary>When the waiting began, so that a restart does not begin it anew.</summary>
    public string? MarkBefore(ResourceCall call) => rooms.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        int count = NumberOf(call, "Count") ?? 1;
        TimeSpan timeout = TimeSpan.FromSeconds(NumberOf(call, "Timeout")!.Value);
        if (timeout > Limits.WaitConditionTimeout)
        {
            throw StackErrors.Validation($"Timeout must be at most {Limits.WaitConditionTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds.");
        }

        ObjectKey handle = WaitSignals.HandleOf(call.Caller, call.RequiredText("Handle"));
        string id = $"{call.Stack.Id}/{call.LogicalId}";
        await call.InitiatedAsync(id);
        using CancellationTokenSource timeOver = new(LeftOf(timeout, call.Mark!), rooms.Time);
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(timeOver.Token, cancellationToken, call.GivenUp);
        try
        {
            return ResultOf(id, await _signals.WaitAsync(call.Caller, handle, count, waiting.Token));
        }
        catch (OperationCanceledException) when (timeOver.IsCancellationRequested && !call.GivenUp.IsCancellationRequested)
        {
            // All may have come before a restart that took until after the time.
            TemplateMap received = await _signals.ReadAsync(call.Caller, handle, cancellationToken);
            return received.Count >= count
                ? ResultOf(id, received)
                : throw StackErrors.Validation($"WaitCondition timed out. Received {received.Count} conditions when expecting {count}");
        }
    }

    public Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
        throw new System.Diagnostics.UnreachableException("A wait condition cannot be changed.");

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Task.CompletedTask;

    private static ResourceResult ResultOf(string id, TemplateMap received) => new(id, new TemplateMap { ["Data"] = PropertiesJson.Write(received) });

    private TimeSpan LeftOf(TimeSpan timeout, string begun)
    {
        TimeSpan left = DateTimeOffset.ParseExact(begun, "O", CultureInfo.InvariantCulture) + timeout - rooms.Time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static int? NumberOf(ResourceCall call, string property) => call.Text(property) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
        : throw StackErrors.Validation($"{property} must be a number greater than 0.");
}
