using System.Text.Json;
using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Images;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// /_lamina/images: GET lists the imported images. POST ?Name=NAME[:TAG] gives a manifest and a configuration the name, or says which layers
/// must be sent before. DELETE ?Name=NAME[:TAG] takes the name away.
/// </summary>
internal sealed class ImageNames(ImageLibrary library) : IInternalRoute
{
    // Both documents in base64.
    private static readonly BodyLimit Documents = new(
        3 * Limits.ImageManifestBytes,
        Pooled: true,
        static _ => AwsError.RequestEntityTooLarge($"An image's manifest and configuration may have {Limits.ImageManifestBytes} bytes each"));

    public IReadOnlyList<string> Path { get; } = ["images"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        HttpRequest request = call.Context.Request;
        if (HttpMethods.IsGet(request.Method))
        {
            return Json(200, writer => WriteList(writer, library.List()));
        }

        string name = call.Target.Query("Name") ?? throw AwsError.InvalidParameterValue("Say which image: ?Name=NAME[:TAG].");
        if (HttpMethods.IsDelete(request.Method))
        {
            await library.DeleteAsync(name, cancellationToken);
            return Answer.Empty(204);
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            throw InternalRoutes.WrongMethod(request, "GET, POST and DELETE");
        }

        using RequestBytes body = await BodyReader.ReadAsync(request, Documents, cancellationToken);
        ImageUpload upload = Read(body.Memory.Span);
        ImageImport import = await library.ImportAsync(name, upload.Manifest, upload.Configuration, cancellationToken);
        return Json(import.Image is null ? 202 : 201, writer => Write(writer, import));
    }

    private static ImageUpload Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ImageUploadJson.Default.ImageUpload) is { Manifest: not null, Configuration: not null } upload
                ? upload
                : throw new JsonException("manifest and configuration must be there.");
        }
        catch (JsonException unreadable)
        {
            throw AwsError.InvalidParameterValue($"The body must be JSON with manifest and configuration in base64: {unreadable.Message}");
        }
    }

    private static void Write(Utf8JsonWriter writer, ImageImport import)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("missingLayers");
        foreach (Sha256 layer in import.MissingLayers)
        {
            writer.WriteStringValue($"sha256:{layer}");
        }

        writer.WriteEndArray();
        if (import.Image is { } image)
        {
            writer.WritePropertyName("image");
            Write(writer, import.Tag, image);
        }

        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, IReadOnlyList<(ImageTag Tag, StoredImage Image)> images)
    {
        writer.WriteStartArray();
        foreach ((ImageTag tag, StoredImage image) in images)
        {
            Write(writer, tag, image);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, ImageTag tag, StoredImage image)
    {
        writer.WriteStartObject();
        writer.WriteString("name", tag.Name);
        writer.WriteString("digest", $"sha256:{image.Digest}");
        writer.WriteString("architecture", image.Architecture);
        writer.WriteNumber("layers", image.Layers.Count);
        writer.WriteNumber("sizeBytes", image.SizeBytes);
        writer.WriteString("importedAt", image.ImportedAt);
        writer.WriteEndObject();
    }

    private static Answer Json(int status, Action<Utf8JsonWriter> write) =>
        Answer.Bytes(status, "application/json", WireJson.Write(write), owner: null);
}

internal sealed record ImageUpload(byte[] Manifest, byte[] Configuration);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImageUpload))]
internal sealed partial class ImageUploadJson : JsonSerializerContext;
