using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Lambda.Core;

[assembly: LambdaSerializer(typeof(DotnetFunction.Serializer))]

namespace DotnetFunction;

public sealed class Serializer : ILambdaSerializer
{
    public T Deserialize<T>(Stream requestStream) => JsonSerializer.Deserialize<T>(requestStream)!;

    public void Serialize<T>(T response, Stream responseStream) => JsonSerializer.Serialize(responseStream, response);
}

public sealed record Order(string Name, int Count);

public sealed class Function
{
    /// <summary>A stream in, a stream out, without a task.</summary>
    public static Stream Echo(Stream input) => input;

    /// <summary>A type of one's own in and out, and an assembly that lies beside the function's.</summary>
    public Order Hash(Order order) => new(Convert.ToHexString(Crc32.Hash(Encoding.UTF8.GetBytes(order.Name))), order.Count + 1);

    /// <summary>When the handler's first line runs, by the clock that the caller reads too: for bench.</summary>
    public static long Clock(JsonObject input) => Stopwatch.GetTimestamp();

    public async Task<JsonNode?> HandleAsync(JsonObject input, ILambdaContext context)
    {
        if (input.ContainsKey("fail"))
        {
            throw new InvalidOperationException("asked to fail");
        }

        if (input.ContainsKey("sleep"))
        {
            await Task.Delay(TimeSpan.FromMinutes(1));
        }

        if (input["log"] is { } said)
        {
            context.Logger.LogWarning((string)said!);
        }

        if (input.ContainsKey("environment"))
        {
            return new JsonObject(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .Select(static variable => KeyValuePair.Create((string)variable.Key, (JsonNode?)(string?)variable.Value)));
        }

        if (input.ContainsKey("layer"))
        {
            using Process tool = Process.Start(new ProcessStartInfo("tool") { RedirectStandardOutput = true })!;
            return new JsonArray((await tool.StandardOutput.ReadToEndAsync()).Trim());
        }

        return Answer(input, context);
    }

    private static JsonObject Answer(JsonObject input, ILambdaContext context) => new()
    {
        ["runtime"] = "dotnet",
        ["requestId"] = context.AwsRequestId,
        ["functionArn"] = context.InvokedFunctionArn,
        ["functionName"] = context.FunctionName,
        ["functionVersion"] = context.FunctionVersion,
        ["memory"] = context.MemoryLimitInMB.ToString(CultureInfo.InvariantCulture),
        ["logGroup"] = context.LogGroupName,
        ["logStream"] = context.LogStreamName,
        ["remaining"] = input.ContainsKey("context") ? (int)context.RemainingTime.TotalMilliseconds : 0,
        ["custom"] = context.ClientContext?.Custom["key"],
        ["event"] = input.DeepClone(),
    };
}
