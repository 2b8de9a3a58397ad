using System.Text.Json;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>POST /_lamina/storage/collect: deletes what nothing needs, now, and says what that was.</summary>
internal sealed class StorageCollection(StorageCollector collector) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["storage", "collect"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        RequirePost(call.Context.Request);
        CollectionOutcome outcome = await collector.CollectAsync(cancellationToken);
        return Answer.Bytes(200, "application/json", WireJson.Write(writer => Write(writer, outcome)), owner: null);
    }

    public static void RequirePost(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            throw new AwsError("MethodNotAllowedException", 405, $"This path takes POST, not {request.Method}.", AwsErrorBody.LowerMessageOnly);
        }
    }

    public static void Write(Utf8JsonWriter writer, CollectionOutcome outcome)
    {
        writer.WriteStartObject();
        writer.WriteNumber("archives", outcome.Archives);
        writer.WriteNumber("archiveBytes", outcome.ArchiveBytes);
        writer.WriteNumber("trees", outcome.Trees);
        writer.WriteNumber("fileBytes", outcome.FileBytes);
        writer.WriteNumber("blobs", outcome.Blobs);
        writer.WriteNumber("blobBytes", outcome.BlobBytes);
        writer.WriteNumber("imageLayers", outcome.ImageLayers);
        writer.WriteNumber("imageBytes", outcome.ImageBytes);
        writer.WriteNumber("totalBytes", outcome.TotalBytes);
        writer.WriteEndObject();
    }
}
