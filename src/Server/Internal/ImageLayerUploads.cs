using Lamina.Contract;
using Lamina.Images;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>PUT /_lamina/images/layers/sha256:DIGEST: one layer of an image, a tar or a tar.gz. It is unpacked while it comes in.</summary>
internal sealed class ImageLayerUploads(ImageLayerStore layers) : IInternalRoute
{
    private const string DigestPrefix = "sha256:";

    public IReadOnlyList<string> Path { get; } = ["images", "layers", "*"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        HttpRequest request = call.Context.Request;
        if (!HttpMethods.IsPut(request.Method))
        {
            throw InternalRoutes.WrongMethod(request, "PUT");
        }

        string name = call.Target.Segments[3];
        if (!name.StartsWith(DigestPrefix, StringComparison.Ordinal) || !Sha256.TryParse(name[DigestPrefix.Length..], out Sha256 digest))
        {
            throw AwsError.InvalidParameterValue($"'{name}' is not a digest as sha256:….");
        }

        StoredImageLayer layer = await layers.StoreAsync(digest, request.Body, cancellationToken);
        ReadOnlyMemory<byte> body = WireJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("digest", $"sha256:{digest}");
            writer.WriteString("diffId", $"sha256:{layer.Digest}");
            writer.WriteNumber("tarBytes", layer.TarBytes);
            writer.WriteEndObject();
        });
        return Answer.Bytes(201, "application/json", body, owner: null);
    }
}
