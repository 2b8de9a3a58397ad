using Lamina.Contract;
using Lamina.Functions;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>PUT /_lamina/dev-functions/FUNCTION/SESSION with a zip: the function's code from now on. Answered when the next invocation runs it.</summary>
internal sealed class DevFunctionUploads(DevFunctions functions) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["dev-functions", "*", "*"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPut(call.Context.Request.Method))
        {
            throw InternalRoutes.WrongMethod(call.Context.Request, "PUT");
        }

        FunctionArn function = DevFunctionSessions.FunctionOf(call);
        functions.RequireSession(call.Caller, function, call.Target.Segments[3]);
        await DevUploads.Places.WaitAsync(cancellationToken);
        try
        {
            using RequestBytes archive = await BodyReader.ReadAsync(call.Context.Request, DevUploads.ArchiveLimit, cancellationToken);
            DevFunction updated = await functions.UpdateAsync(call.Caller, function, call.Target.Segments[3], archive.Memory, cancellationToken);
            return Answer.Bytes(
                200, "application/json", WireJson.Write(writer => DevFunctionSessions.Write(writer, updated, withSession: false)), owner: null);
        }
        finally
        {
            DevUploads.Places.Release();
        }
    }
}
