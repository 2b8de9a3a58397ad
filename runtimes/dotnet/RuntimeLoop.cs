using System.Text;

namespace Lamina.Runtime;

/// <summary>
/// The story: load the handler, then for ever: take an event, run the handler, answer.
/// 1. The handler's assembly, type, method and serializer are found: that is the function's Init.
/// 2. A failure there is logged, told to /init/error, and the process ends with status 1.
/// 3. `next` blocks until there is an event. What the handler throws is that invocation's error, and the loop goes on.
/// </summary>
internal static class RuntimeLoop
{
    private const string Api = "/2018-06-01/runtime";

    public static int Run()
    {
        var connection = new Connection(Required("AWS_LAMBDA_RUNTIME_API"));
        LogWriter.Install();
        try
        {
            if (Shell.IsOne)
            {
                Shell.Wait(connection);
            }

            LogWriter.Settle();
            HideOwn();
            WaitForDebugger();
            if (Initialise(connection, Required("_HANDLER")) is not { } handler)
            {
                return 1;
            }

            while (true)
            {
                ServeOne(connection, handler);
            }
        }
        catch (DisconnectedException gone)
        {
            Console.Error.WriteLine($"The Runtime API is gone: {gone.Message}");
            return 1;
        }
    }

    /// <summary>Meant for the start of this process alone: a function sees the variables that AWS documents, and no other.</summary>
    private static void HideOwn()
    {
        Environment.SetEnvironmentVariable("DOTNET_GCHeapHardLimit", null);
        AppContext.SetData("APP_PATHS", null);
    }

    /// <summary>Where the platform asks for it. It lets nothing time out then, so there is no limit here.</summary>
    private static void WaitForDebugger()
    {
        const string Variable = "LAMINA_WAIT_FOR_DEBUGGER";
        bool waits = Environment.GetEnvironmentVariable(Variable) == "1";
        Environment.SetEnvironmentVariable(Variable, null);
        using ManualResetEventSlim never = new();
        while (waits && !System.Diagnostics.Debugger.IsAttached)
        {
            never.Wait(TimeSpan.FromMilliseconds(100));
        }
    }

    private static Handler? Initialise(Connection connection, string name)
    {
        try
        {
            string root = Required("LAMBDA_TASK_ROOT");
            Handler.LookBeside(root);
            return Handler.Load(name, root);
        }
        catch (Exception error)
        {
            Fail(connection, $"{Api}/init/error", error);
            return null;
        }
    }

    private static void ServeOne(Connection connection, Handler handler)
    {
        Response request = connection.Send("GET", $"{Api}/invocation/next", [], null);
        if (request.Status != 200)
        {
            throw new DisconnectedException($"next was answered with {request.Status}");
        }

        string id = request["lambda-runtime-aws-request-id"] ?? "";
        LogWriter.RequestId = id;
        SetTrace(request["lambda-runtime-trace-id"]);
        ReadOnlyMemory<byte> answer;
        try
        {
            answer = handler.Invoke(request);
        }
        catch (Exception error)
        {
            Fail(connection, $"{Api}/invocation/{id}/error", error);
            return;
        }

        // A refusal (413, 403) is the platform's to report; the environment goes on.
        connection.Send("POST", $"{Api}/invocation/{id}/response", ["Content-Type: application/json"], answer);
    }

    public static void SetTrace(string? id)
    {
        LogWriter.TraceId = id;
        Environment.SetEnvironmentVariable("_X_AMZN_TRACE_ID", id);
    }

    private static void Fail(Connection connection, string path, Exception error)
    {
        var failure = new Failure(error);
        LogWriter.WriteError(failure.Error);
        connection.Send(
            "POST", path, ["Content-Type: application/json", $"Lambda-Runtime-Function-Error-Type: {failure.HeaderType}"], Encoding.UTF8.GetBytes(failure.ToJson()));
    }

    private static string Required(string variable) =>
        Environment.GetEnvironmentVariable(variable) ?? throw new InvalidOperationException($"{variable} is not set");
}
