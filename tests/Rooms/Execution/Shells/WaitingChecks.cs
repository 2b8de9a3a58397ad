using System.Text.Json;
using Lamina.Execution;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Execution.Shells;

/// <summary>What tests of waiting interpreters have in common.</summary>
internal static class WaitingChecks
{
    /// <summary>What is another in each environment.</summary>
    public static readonly string[] OfEach = ["AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "_X_AMZN_TRACE_ID"];

    public static readonly ExecutionOptions Pooled = ExecutionHouse.Options with { ShellMemoryBytes = 1L << 30 };

    /// <summary>Invokes the function in an environment of a fresh process, then in one that had waited, each on a server of its own.</summary>
    /// <param name="prepareAsync">Gives the function in a house of its own.</param>
    public static async Task<(InvokeOutcome Exact, InvokeOutcome Waited)> InvokeBothWaysAsync(Func<ExecutionHouse, Task<FunctionVersion>> prepareAsync, string payload) =>
        (await InvokeAsync(prepareAsync, payload, ExecutionHouse.Options with { ShellMemoryBytes = 0 }, 0), await InvokeAsync(prepareAsync, payload, Pooled, 1));

    public static async Task ExpectAsync(ExecutionHouse house, FunctionVersion function)
    {
        NeedsShells(house);
        house.Invoker.Expect(function);
        await house.Invoker.ShellsReadyAsync();
    }

    public static void NeedsShells(ExecutionHouse house) =>
        Assert.SkipUnless(house.Invoker.ShellMemoryBytes > 0, "sandboxes are made in advance as root, and where there is a cgroup for memory");

    public static string[] Fields(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateObject().Select(static field => $"{field.Name}: {field.Value.GetRawText()}")];
    }

    public static Task Refuse(Microsoft.AspNetCore.Http.HttpContext context)
    {
        context.Response.StatusCode = 501;
        return Task.CompletedTask;
    }

    private static async Task<InvokeOutcome> InvokeAsync(
        Func<ExecutionHouse, Task<FunctionVersion>> prepareAsync, string payload, ExecutionOptions options, int taken)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(options, TimeProvider.System, Refuse);
        FunctionVersion function = await prepareAsync(house);
        if (taken > 0)
        {
            await ExpectAsync(house, function);
        }

        InvokeOutcome outcome = await house.InvokeAsync(function, payload);
        Assert.Equal(taken, house.Invoker.InterpretersTaken);
        return outcome;
    }
}
