using Lamina.Contract;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// PUT /_lamina/dev-layers/LAYER/SESSION with a zip: the layer's content from now on. PATCH: what changed since the last PUT, laid over
/// it. Answered when the next invocation sees it.
/// </summary>
internal sealed class DevUploads(DevLayers layers, FunctionDirectory directory) : IInternalRoute
{
    /// <summary>Archives stand in memory whole while they are checked, so not too many of them at once.</summary>
    public static SemaphoreSlim Places { get; } = new(2);

    public static BodyLimit ArchiveLimit { get; } = new(
        Limits.DevArchiveBytes,
        Pooled: true,
        static bytes => AwsError.RequestEntityTooLarge($"The archive has {bytes} bytes; a dev session takes {Limits.DevArchiveBytes}."));

    public IReadOnlyList<string> Path { get; } = ["dev-layers", "*", "*"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        HttpRequest request = call.Context.Request;
        bool whole = HttpMethods.IsPut(request.Method);
        if (!whole && !HttpMethods.IsPatch(request.Method))
        {
            throw InternalRoutes.WrongMethod(request, "PUT and PATCH");
        }

        LayerArn layer = DevSessions.LayerOf(call);
        layers.RequireSession(call.Caller, layer, call.Target.Segments[3]);
        await Places.WaitAsync(cancellationToken);
        try
        {
            using RequestBytes archive = await BodyReader.ReadAsync(request, ArchiveLimit, cancellationToken);
            DevLayer updated = await layers.UpdateAsync(
                call.Caller, layer, call.Target.Segments[3], archive.Memory, whole, cancellationToken);
            Caller owner = call.Caller with { Region = layer.Region };
            ReadOnlyMemory<byte> body = WireJson.Write(writer => DevLayerJson.Write(writer, updated, directory.List(owner, after: null)));
            return Answer.Bytes(200, "application/json", body, owner: null);
        }
        finally
        {
            Places.Release();
        }
    }
}
