using System.Globalization;
using System.Text;
using System.Xml;
using Lamina.Companions.S3;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire.S3;

/// <summary>S3's answers: XML documents, or nothing.</summary>
internal static class S3Answers
{
    public const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    // S3 writes characters that XML 1.0 forbids as references all the same; clients that mind ask for encoding-type=url.
    private static readonly XmlWriterSettings Settings = new() { OmitXmlDeclaration = true, Encoding = new UTF8Encoding(false), CheckCharacters = false };

    public static Answer Xml(int status, string? @namespace, string root, Action<XmlWriter> write)
    {
        using MemoryStream bytes = new();
        bytes.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8);
        using (XmlWriter writer = XmlWriter.Create(bytes, Settings))
        {
            writer.WriteStartElement(root, @namespace);
            write(writer);
            writer.WriteEndElement();
        }

        return Answer.Bytes(status, "application/xml", bytes.ToArray(), owner: null);
    }

    /// <summary>Without even a length: the answer to HEAD, where a length would be the object's.</summary>
    public static Answer Empty(int status) => new BareAnswer(status);

    public static void Text(this XmlWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteElementString(name, value);
        }
    }

    public static void Number(this XmlWriter writer, string name, long value) =>
        writer.Text(name, value.ToString(CultureInfo.InvariantCulture));

    public static void Flag(this XmlWriter writer, string name, bool value) => writer.Text(name, value ? "true" : "false");

    public static void Date(this XmlWriter writer, string name, DateTimeOffset value) =>
        writer.Text(name, value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    public static void Element(this XmlWriter writer, string name, Action<XmlWriter> write)
    {
        writer.WriteStartElement(name);
        write(writer);
        writer.WriteEndElement();
    }

    public static void Owner(this XmlWriter writer, string element, string account) => writer.Element(element, inner =>
    {
        inner.Text("ID", CanonicalUser.IdOf(account));
        inner.Text("DisplayName", account);
    });

    private sealed class BareAnswer(int status) : Answer(status)
    {
        protected override Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
