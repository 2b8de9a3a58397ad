using Lamina.Contract;
using Lamina.Layers.Inspection;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>POST /_lamina/inspection?Name=…&amp;Runtime=…&amp;Architecture=… with a zip: what its layer would be. Nothing is stored.</summary>
internal sealed class ArchiveInspection(LayerInspector inspector) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["inspection"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        using RequestBytes archive = await PostedArchive.ReadAsync(call.Context.Request, cancellationToken);
        InspectionTarget target = InspectionTarget.Of(call.Target.Query("Runtime"), call.Target.Query("Architecture"), layer: null);
        Inspection inspection = await inspector.InspectAsync(call.Target.Query("Name") ?? "archive", archive.Memory, target, cancellationToken);
        return Answer.Bytes(200, "application/json", WireJson.Write(writer => InspectionJson.Write(writer, inspection)), owner: null);
    }
}

/// <summary>A zip as the body of a POST, not in JSON.</summary>
internal static class PostedArchive
{
    public static async Task<RequestBytes> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            throw new AwsError("MethodNotAllowedException", 405, $"This path takes POST, not {request.Method}.", AwsErrorBody.LowerMessageOnly);
        }

        BodyLimit limit = new((int)Limits.ZippedUploadBytes, Pooled: true, static _ => AwsError.RequestEntityTooLarge(
            $"Zipped size must be smaller than {Limits.ZippedUploadBytes} bytes"));
        return await BodyReader.ReadAsync(request, limit, cancellationToken);
    }
}
