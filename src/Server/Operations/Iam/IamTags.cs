using System.Xml;
using Lamina.Contract.Query;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal static class IamTags
{
    public static IReadOnlyList<KeyValuePair<string, string>> Read(QueryRequest request) =>
        [.. request.Structures("Tags").Select(static tag => new KeyValuePair<string, string>(tag.RequiredText("Key"), tag.RequiredText("Value")))];

    public static void Write(XmlWriter xml, IEnumerable<KeyValuePair<string, string>> tags) => xml.List("Tags", tags, tag =>
    {
        xml.Element("Key", tag.Key);
        xml.Element("Value", tag.Value);
    });
}
