using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Lamina.Access.Signatures;
using Lamina.Companions.S3;
using Lamina.Contract;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Lamina.Server.Wire.S3;

/// <summary>What an operation of S3 is asked, by whom.</summary>
/// <param name="chunks">Verifies the chunks of a streamed body; null when they carry no signatures, or none are verified.</param>
internal sealed class S3Call(
    HttpRequest request, S3Target target, string? bucket, string key, Caller caller, ChunkSignatures? chunks)
{
    public Caller Caller { get; } = caller;

    public string Authority { get; } = request.Host.Value!;

    /// <summary>Throws <c>InvalidBucketName</c>.</summary>
    public BucketName Bucket => BucketName.Parse(bucket ?? "");

    public ObjectKey Key => ObjectKey.Parse(key);

    public IHeaderDictionary Headers => request.Headers;

    public string? Query(string name) => target.Query(name);

    /// <summary>Null for a header that is absent or empty; several of one name are one list (RFC 9110 5.3).</summary>
    public string? Header(string name)
    {
        StringValues values = request.Headers[name];
        return StringValues.IsNullOrEmpty(values) ? null : values.ToString();
    }

    public int? Number(string name, int minimum, int maximum)
    {
        string? text = Query(name);
        if (text is not { Length: > 0 })
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= minimum && number <= maximum
            ? number
            : throw S3Errors.InvalidArgument(
                string.Create(CultureInfo.InvariantCulture, $"Argument {name} must be an integer between {minimum} and {maximum}"), name, text);
    }

    public ObjectBody Body() => S3Body.Of(request, chunks);

    /// <summary>The body as XML; null when there is none. Throws <c>MalformedXML</c>.</summary>
    public Task<XElement?> ReadXmlAsync(CancellationToken cancellationToken) => ReadXmlAsync(Body(), cancellationToken);

    /// <summary>For a document beside whose checksum headers speak of an object.</summary>
    public Task<XElement?> ReadUncheckedXmlAsync(CancellationToken cancellationToken) =>
        ReadXmlAsync(Body() with { Algorithm = null, Checksum = static () => null }, cancellationToken);

    private static async Task<XElement?> ReadXmlAsync(ObjectBody body, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> bytes = await ObjectIntake.ReadAsync(body, Limits.S3DocumentBytes, cancellationToken);
        if (bytes.IsEmpty)
        {
            return null;
        }

        try
        {
            using MemoryStream stream = new(bytes.ToArray(), writable: false);
            using XmlReader reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, CheckCharacters = false });
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            throw S3Errors.MalformedXml();
        }
    }
}

/// <summary>Elements by their local name: clients send them with S3's namespace or with none.</summary>
internal static class XmlElements
{
    public static IEnumerable<XElement> Children(this XElement element, string name) =>
        element.Elements().Where(child => child.Name.LocalName == name);

    public static string? Text(this XElement element, string name) => element.Children(name).FirstOrDefault()?.Value;
}
