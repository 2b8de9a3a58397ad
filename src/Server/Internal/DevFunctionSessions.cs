using System.Text.Json;
using Lamina.Contract;
using Lamina.Functions;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// POST /_lamina/dev-functions/FUNCTION?Folder=…: begins a dev session of the caller's function. The answer is one line that names it, and stays
/// open: when it ends, whoever ended it and however, the session is over and the function runs what is deployed.
/// </summary>
internal sealed class DevFunctionSessions(
    DevFunctions functions, FunctionDirectory directory, TimeProvider time, CancellationToken stopping) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["dev-functions", "*"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(call.Context.Request.Method))
        {
            throw InternalRoutes.WrongMethod(call.Context.Request, "POST");
        }

        FunctionVersion function = directory.Resolve(call.Caller, call.Target.Segments[2], null);
        DevFunction opened = functions.Open(call.Caller, function, DevSessions.FolderOf(call));
        try
        {
            return Task.FromResult<Answer>(new DevSessionAnswer(() => functions.Close(opened), FirstLine(opened), time, stopping));
        }
        catch
        {
            // From the answer on the answer closes it.
            functions.Close(opened);
            throw;
        }
    }

    public static FunctionArn FunctionOf(InternalCall call) =>
        FunctionReference.TryParse(call.Target.Segments[2], call.Caller, out FunctionReference? reference)
            ? reference.Function
            : throw AwsError.InvalidParameterValue($"{call.Target.Segments[2]} is neither the name nor the ARN of a function.");

    public static void Write(Utf8JsonWriter writer, DevFunction function, bool withSession)
    {
        writer.WriteStartObject();
        if (withSession)
        {
            writer.WriteString("session", function.Session);
        }

        writer.WriteString("function", function.Function.Name);
        writer.WriteString("functionArn", function.Function.ToString());
        writer.WriteString("folder", function.Folder);
        writer.WriteString("since", AwsDate.Format(function.Since));
        writer.WriteNumber("updates", function.Updates);
        writer.WriteNumber("unzippedBytes", function.Code?.UnzippedBytes ?? 0);
        writer.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> FirstLine(DevFunction opened)
    {
        ReadOnlyMemory<byte> json = WireJson.Write(writer => Write(writer, opened, withSession: true));
        return (byte[])[.. json.Span, (byte)'\n'];
    }
}

/// <summary>GET /_lamina/dev-functions: the functions of the account and region that have a dev session.</summary>
internal sealed class DevFunctionList(DevFunctions functions) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["dev-functions"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        ReadOnlyMemory<byte> body = WireJson.Write(writer =>
        {
            writer.WriteStartArray();
            foreach (DevFunction function in functions.List(call.Caller))
            {
                DevFunctionSessions.Write(writer, function, withSession: false);
            }

            writer.WriteEndArray();
        });
        return Task.FromResult(Answer.Bytes(200, "application/json", body, owner: null));
    }
}
