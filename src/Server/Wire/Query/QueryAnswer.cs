using System.Text;
using System.Xml;
using Lamina.Contract;

namespace Lamina.Server.Wire.Query;

/// <summary>Words results and errors as the query protocol's XML.</summary>
internal static class QueryAnswer
{
    private const string ContentType = "text/xml";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(false),
        Indent = true,
        OmitXmlDeclaration = true,

        // What cannot stand in XML is written as a reference; a client's odd name must not become an error of ours.
        CheckCharacters = false,
    };

    public static Answer Of(QueryResult result, string operation, string @namespace, string requestId) => Write(200, xml =>
    {
        xml.WriteStartElement($"{operation}Response", @namespace);
        if (result.Write is { } write)
        {
            xml.WriteStartElement($"{operation}Result", @namespace);
            write(xml);
            xml.WriteEndElement();
        }

        xml.WriteStartElement("ResponseMetadata", @namespace);
        xml.WriteElementString("RequestId", @namespace, requestId);
        xml.WriteEndElement();
        xml.WriteEndElement();
    });

    public static Answer Of(AwsError error, string @namespace, string requestId) => Write(error.Status, xml =>
    {
        xml.WriteStartElement("ErrorResponse", @namespace);
        xml.WriteStartElement("Error", @namespace);
        xml.WriteElementString("Type", @namespace, error.Status < 500 ? "Sender" : "Receiver");
        xml.WriteElementString("Code", @namespace, error.Code);
        xml.WriteElementString("Message", @namespace, error.Message);
        xml.WriteEndElement();
        xml.WriteElementString("RequestId", @namespace, requestId);
        xml.WriteEndElement();
    });

    private static Answer Write(int status, Action<XmlWriter> write)
    {
        using MemoryStream bytes = new();
        using (XmlWriter xml = XmlWriter.Create(bytes, Settings))
        {
            write(xml);
        }

        return Answer.Bytes(status, ContentType, bytes.ToArray(), owner: null);
    }
}

/// <summary>What the operations' XML has in common.</summary>
internal static class XmlWriting
{
    /// <summary>In the namespace of the element around it; nothing when there is no value.</summary>
    public static void Element(this XmlWriter xml, string name, string? value)
    {
        if (value is not null)
        {
            xml.WriteElementString(name, value);
        }
    }

    public static void Element(this XmlWriter xml, string name, bool value) => xml.Element(name, value ? "true" : "false");

    public static void Element(this XmlWriter xml, string name, int value) =>
        xml.Element(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static void Element(this XmlWriter xml, string name, DateTimeOffset moment) =>
        xml.Element(name, moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));

    public static void Structure(this XmlWriter xml, string name, Action write)
    {
        xml.WriteStartElement(name);
        write();
        xml.WriteEndElement();
    }

    public static void List<T>(this XmlWriter xml, string name, IEnumerable<T> items, Action<T> write) => xml.Structure(name, () =>
    {
        foreach (T item in items)
        {
            xml.Structure("member", () => write(item));
        }
    });

    public static void Texts(this XmlWriter xml, string name, IEnumerable<string> items) => xml.Structure(name, () =>
    {
        foreach (string item in items)
        {
            xml.Element("member", item);
        }
    });
}
