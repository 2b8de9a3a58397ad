using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Lamina.Execution;
using Lamina.Execution.Shells;
using Lamina.Functions;
using static Lamina.Rooms.Tests.Execution.Shells.WaitingChecks;

namespace Lamina.Rooms.Tests.Execution.Shells;

/// <summary>Class libraries of .NET in processes that had waited for them.</summary>
public sealed class WaitingDotnetTests
{
    private static readonly ImmutableDictionary<string, string> Table = ImmutableDictionary<string, string>.Empty.Add("TABLE", "späti");

    [Theory]
    [InlineData("dotnet10", "\"System.Globalization.Invariant\": true", "\"System.Globalization.Invariant\": true")]
    [InlineData("dotnet8", "\"System.Globalization.Invariant\": true", "\"System.Runtime.TieredPGO\": false")]
    [InlineData("dotnet10", null, null)]
    public async Task A_function_cannot_tell_whether_its_process_had_waited_for_it(string runtime, string? setting, string? replacement)
    {
        (InvokeOutcome exact, InvokeOutcome waited) = await InvokeBothWaysAsync(
            async house => await FunctionAsync(house, runtime, "World::See", (path, text) => path.EndsWith(".json", StringComparison.Ordinal) && setting is null
                ? null
                : text.Replace(setting ?? "-", replacement, StringComparison.Ordinal)) with
            {
                Layers = [await house.LayerAsync("one", ("lib/one", ""))],
                Environment = Table,
            },
            JsonSerializer.Serialize(OfEach));

        Assert.Equal(InvokeResult.Succeeded, exact.Result);
        Assert.Equal(Fields(ExecutionHouse.Text(exact.Payload)), Fields(ExecutionHouse.Text(waited.Payload)));
    }

    [Theory]
    [InlineData("World::Fail")]
    [InlineData("World::Throw")]
    [InlineData("World::Missing")]
    [InlineData("Nowhere::Missing")]
    [InlineData("Unmade::Handle")]
    public async Task Its_errors_and_its_log_are_the_same(string handler)
    {
        (InvokeOutcome exact, InvokeOutcome waited) = await InvokeBothWaysAsync(
            async house =>
            {
                FunctionVersion function = await FunctionAsync(house, "dotnet10", handler, static (_, text) => text);
                return function with { Settings = function.Settings with { LogFormat = "JSON" } };
            },
            "\"x\"");

        Assert.NotEqual(InvokeResult.Succeeded, exact.Result);
        Assert.Equal((exact.Result, ExecutionHouse.Text(exact.Payload)), (waited.Result, ExecutionHouse.Text(waited.Payload)));
        Assert.Equal(LinesOf(exact), LinesOf(waited));
    }

    [Theory]
    [InlineData("\"System.Globalization.Invariant\": true", "\"System.GC.Server\": true", "sets System.GC.Server")]
    [InlineData("Microsoft.NETCore.App", "Microsoft.AspNetCore.App", "asks for another framework")]
    [InlineData("\"tfm\"", "\"rollForward\": \"Major\", \"tfm\"", "says rollForward")]
    [InlineData("{", "{ //", "is unusual")]
    [InlineData("\"lib/net10.0/System.IO.Hashing.dll\"", "\"lib/net10.0/System.Text.Json.dll\"", "which Microsoft.NETCore.App has too")]
    [InlineData("\"lib/net10.0/System.IO.Hashing.dll\"", "\"lib/net10.0/Absent.dll\"", "is not beside")]
    [InlineData("\"runtime\": {\n          \"lib", "\"native\": {\n          \"lib", "more than assemblies")]
    public async Task Files_that_decide_how_a_process_starts_get_a_fresh_one(string text, string replacement, string why)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        NeedsShells(house);
        FunctionVersion function = await FunctionAsync(house, "dotnet10", "World::Roll", (path, content) =>
            text.Contains("lib", StringComparison.Ordinal) == path.EndsWith(".deps.json", StringComparison.Ordinal)
                ? content.Replace(text, replacement, StringComparison.Ordinal)
                : content);

        StartPath start = house.Invoker.DescribeStart(function);

        Assert.Equal(StartKind.Sandbox, start.Kind);
        Assert.Contains(why, start.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_code_is_looked_into_anew()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        NeedsShells(house);
        FunctionVersion function = await FunctionAsync(house, "dotnet10", "World::Roll", static (_, text) => text);
        FunctionVersion changed = await FunctionAsync(
            house, "dotnet10", "World::Roll", static (_, text) => text.Replace("\"tfm\"", "\"rollForward\": \"Major\", \"tfm\"", StringComparison.Ordinal));

        Assert.Equal(StartKind.Interpreter, house.Invoker.DescribeStart(function).Kind);
        Assert.Equal(StartKind.Sandbox, house.Invoker.DescribeStart(changed).Kind);
        Assert.Equal(StartKind.Interpreter, house.Invoker.DescribeStart(function).Kind);
    }

    [Theory]
    [InlineData("DOTNET_TieredCompilation", "DotnetFunction::DotnetFunction.World::Roll")]
    [InlineData("ICU_DATA", "DotnetFunction::DotnetFunction.World::Roll")]
    [InlineData("TABLE", "DotnetFunction")]
    public async Task Variables_and_programs_that_decide_it_get_a_fresh_one(string variable, string handler)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        NeedsShells(house);
        FunctionVersion function = await FunctionAsync(house, "dotnet10", "World::Roll", static (_, text) => text) with
        {
            Environment = ImmutableDictionary<string, string>.Empty.Add(variable, "1"),
            Handler = handler,
        };

        Assert.Equal(StartKind.Sandbox, house.Invoker.DescribeStart(function).Kind);
        Assert.Equal(InvokeResult.Succeeded, (await house.InvokeAsync(function, "\"x\"")).Result);
    }

    [Fact]
    public async Task Each_function_has_a_process_of_its_own_with_its_own_random_numbers()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        HashSet<string> seen = [];
        for (int i = 0; i < 3; i++)
        {
            FunctionVersion function = await FunctionAsync(house, "dotnet10", "World::Roll", static (_, text) => text) with { Name = $"f{i}" };
            await ExpectAsync(house, function);
            using JsonDocument answer = JsonDocument.Parse((await house.InvokeAsync(function)).Payload);
            Assert.All(answer.RootElement.EnumerateArray(), value => Assert.True(seen.Add(value.GetRawText())));
        }

        Assert.Equal(3, house.Invoker.InterpretersTaken);
    }

    [Fact]
    public async Task While_it_waits_it_fits_into_the_least_memory()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        FunctionVersion function = await FunctionAsync(house, "dotnet10", "World::Roll", static (_, text) => text);
        await ExpectAsync(house, function with { MemorySizeMiB = 128 });

        long bytes = house.Invoker.ListShells().Where(static shells => shells.Ready > 0).Max(static shells => shells.Bytes / shells.Ready);

        TestContext.Current.TestOutputHelper!.WriteLine($"{bytes >> 10} KB");
        Assert.InRange(bytes, 1 << 20, 100 << 20);
    }

    /// <summary>DotnetFunction, its text files changed.</summary>
    /// <param name="change">A file's name and text; null leaves the file out.</param>
    private static async Task<FunctionVersion> FunctionAsync(ExecutionHouse house, string runtime, string handler, Func<string, string, string?> change)
    {
        string built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "DotnetFunction", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))));
        var files = ImmutableArray.CreateBuilder<(string, byte[])>();
        foreach (string path in Directory.EnumerateFiles(built).Where(static path => Path.GetExtension(path) is ".dll" or ".json"))
        {
            byte[] bytes = await File.ReadAllBytesAsync(path);
            if (path.EndsWith(".json", StringComparison.Ordinal))
            {
                bytes = change(path, Encoding.UTF8.GetString(bytes)) is { } text ? Encoding.UTF8.GetBytes(text) : [];
            }

            if (bytes.Length > 0)
            {
                files.Add((Path.GetFileName(path), bytes));
            }
        }

        return ExecutionHouse.Function(await house.UnpackAsync(await house.StoreAsync(files))) with { Runtime = runtime, Handler = $"DotnetFunction::DotnetFunction.{handler}" };
    }

    /// <summary>What the function's process wrote, without what is another each time.</summary>
    private static string[] LinesOf(InvokeOutcome outcome) =>
    [
        .. ExecutionHouse.Text(outcome.LogTail).Split('\n').Where(static line => line.Contains("errorType", StringComparison.Ordinal) && line.StartsWith('{'))
            .Select(static line => string.Join('|', JsonDocument.Parse(line).RootElement.EnumerateObject()
                .Where(static member => member.Name is "level" or "message" or "errorType" or "errorMessage").Select(static member => member.Value.ToString()))),
    ];
}
