using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Lamina.Runtime;

/// <summary>
/// All that a first event calls, with one that nobody sent: code is compiled when it is first called, and the kernel maps a page when it is
/// first touched. Neither the platform nor the function hears of it.
/// </summary>
internal static class Rehearsal
{
    private const string Path = "/lamina/rehearsal";

    private static readonly Dictionary<string, string> Headers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["lambda-runtime-aws-request-id"] = "0",
        ["lambda-runtime-deadline-ms"] = "0",
        ["lambda-runtime-trace-id"] = "0",
        ["lambda-runtime-invoked-function-arn"] = "0",
        ["lambda-runtime-client-context"] = "{}",
    };

    /// <summary>What a handler sees of its invocation, in little.</summary>
    public interface IContext
    {
        string AwsRequestId { get; }

        TimeSpan RemainingTime { get; }

        ILogger Logger { get; }
    }

    public interface ILogger
    {
        void LogLine(string message);
    }

    public interface ISerializer
    {
        T Deserialize<T>(Stream input);

        void Serialize<T>(T value, Stream output);
    }

    public static void Run(Connection connection)
    {
        // It is nobody's yet: the Runtime API knows no such path, and says so.
        connection.Send("GET", Path, [], null);
        connection.Send("POST", Path, ["Content-Type: application/json"], "{}"u8.ToArray());
        Response request = new(200, Headers, "{\"a\":[1,\"b\",null,true]}"u8.ToArray());
        foreach (bool json in (bool[])[false, true])
        {
            using (LogWriter.Rehearse(json))
            {
                Serve(request);
                Log();
            }
        }
    }

    public static Stream Echo(Stream input) => input;

    public static Task<Dictionary<string, object>> Answer(Dictionary<string, object> input) => Task.FromResult(input);

    private static void Serve(Response request)
    {
        string assembly = typeof(Rehearsal).Assembly.GetName().Name!;
        string folder = System.IO.Path.GetDirectoryName(typeof(Rehearsal).Assembly.Location)!;
        Handler.Load($"{assembly}::{typeof(Rehearsal).FullName}::{nameof(Echo)}", folder).Invoke(request);
        Handler.Of(typeof(Rehearsal).GetMethod(nameof(Answer))!, new Serializer(new Json(), typeof(ISerializer))).Invoke(request);
        var context = (IContext)View.ContextOf(typeof(IContext), request, null);
        _ = context.AwsRequestId + context.RemainingTime;
        context.Logger.LogLine("rehearsed");
        RuntimeLoop.SetTrace(request["lambda-runtime-trace-id"]);
        RuntimeLoop.SetTrace(null);
    }

    private static void Log()
    {
        Console.Out.WriteLine("rehearsed");
        Console.Error.WriteLine("rehearsed");
        try
        {
            throw new InvalidOperationException("rehearsed");
        }
        catch (InvalidOperationException error)
        {
            LogWriter.WriteError(error);
            Encoding.UTF8.GetBytes(new Failure(error).ToJson());
        }
    }

    private sealed class Json : ISerializer
    {
        private readonly JsonSerializerOptions _options = new();

        public T Deserialize<T>(Stream input) => JsonSerializer.Deserialize<T>(input, _options)!;

        public void Serialize<T>(T value, Stream output) => JsonSerializer.Serialize(output, value, _options);
    }
}
