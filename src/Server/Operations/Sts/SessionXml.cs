using System.Xml;
using Lamina.Access.Sessions;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Sts;

internal static class SessionXml
{
    public static void Write(XmlWriter xml, SessionCredentials credentials) => xml.Structure("Credentials", () =>
    {
        xml.Element("AccessKeyId", credentials.AccessKeyId);
        xml.Element("SecretAccessKey", credentials.SecretAccessKey);
        xml.Element("SessionToken", credentials.SessionToken);
        xml.Element("Expiration", credentials.Expiration!.Value);
    });
}
