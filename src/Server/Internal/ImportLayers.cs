using System.Text.Json;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// PUT /_lamina/layers/import: the body is a bundle. With ?Arn=…[&amp;Sha256=…][&amp;Private=true] it is the archive of that layer version.
/// </summary>
internal sealed class ImportLayers(LayerImporter importer, ImportFolder folder) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["layers", "import"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        HttpRequest request = call.Context.Request;
        if (!HttpMethods.IsPut(request.Method) && !HttpMethods.IsPost(request.Method))
        {
            throw new AwsError(
                "MethodNotAllowedException", 405, $"This path takes PUT or POST, not {request.Method}.", AwsErrorBody.LowerMessageOnly);
        }

        LayerVersionArn? arn = ArnOf(call.Target.Query("Arn"));
        Sha256? pinned = DigestOf(call.Target.Query("Sha256"));
        bool isPrivate = RequestMember.Boolean(call.Target.Query("Private"), "Private") ?? false;
        await using ReceivedFile received = await folder.ReceiveAsync(
            request, arn is null ? Limits.BundleBytes : Limits.ImportedArchiveBytes, cancellationToken);
        if (pinned is not null && pinned != received.Digest)
        {
            throw AwsError.InvalidParameterValue($"What came has the SHA-256 {received.Digest}, not {pinned}. Nothing was imported.");
        }

        IReadOnlyList<ImportedLayerVersion> imported = arn is null
            ? await importer.ImportBundleAsync(received.File.SafeFileHandle, cancellationToken)
            : [await importer.ImportAsync(arn, isPrivate, received.File.SafeFileHandle, cancellationToken)];
        return Answer.Bytes(200, "application/json", WireJson.Write(writer => Write(writer, imported)), owner: null);
    }

    private static LayerVersionArn? ArnOf(string? text) =>
        text is null ? null
        : LayerVersionArn.TryParse(text, out LayerVersionArn? arn) ? arn
        : throw AwsError.InvalidParameterValue($"'{text}' is not the ARN of a layer version (arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION).");

    /// <summary>In hex, as sha256sum prints it, or in base64, as CodeSha256 has it.</summary>
    private static Sha256? DigestOf(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (Sha256.TryParse(text.ToLowerInvariant(), out Sha256 digest))
        {
            return digest;
        }

        Span<byte> bytes = stackalloc byte[Sha256.SizeBytes];
        return Convert.TryFromBase64String(text, bytes, out int count) && count == Sha256.SizeBytes
            ? new Sha256(bytes)
            : throw AwsError.InvalidParameterValue($"'{text}' is not a SHA-256 in hex or base64.");
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<ImportedLayerVersion> imported)
    {
        writer.WriteStartArray();
        foreach (ImportedLayerVersion version in imported)
        {
            writer.WriteStartObject();
            writer.WriteString("layerVersionArn", version.Arn.ToString());
            writer.WriteString("codeSha256", version.Content.Digest.ToBase64());
            writer.WriteNumber("codeSize", version.Content.SizeBytes);
            writer.WriteBoolean("isNew", version.IsNew);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
