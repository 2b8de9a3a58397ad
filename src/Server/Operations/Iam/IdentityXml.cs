using System.Xml;
using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

/// <summary>Roles, users and policies as IAM writes them.</summary>
internal static class IdentityXml
{
    /// <summary>IAM writes documents percent-encoded (RFC 3986).</summary>
    public static string Encode(string document) => Uri.EscapeDataString(document);

    /// <param name="whole">Lists leave out tags and the permissions boundary.</param>
    public static void WriteRole(XmlWriter xml, Role role, bool whole)
    {
        xml.Element("Path", role.Path);
        xml.Element("RoleName", role.Name);
        xml.Element("RoleId", role.Id);
        xml.Element("Arn", role.Arn);
        xml.Element("CreateDate", role.Created);
        xml.Element("AssumeRolePolicyDocument", Encode(role.TrustPolicy));
        xml.Element("Description", role.Description);
        xml.Element("MaxSessionDuration", role.MaxSessionSeconds);
        if (!whole)
        {
            return;
        }

        if (role.PermissionsBoundary is { } boundary)
        {
            xml.Structure("PermissionsBoundary", () =>
            {
                xml.Element("PermissionsBoundaryType", "Policy");
                xml.Element("PermissionsBoundaryArn", boundary);
            });
        }

        if (role.Tags.Count > 0)
        {
            IamTags.Write(xml, role.Tags);
        }

        xml.Structure("RoleLastUsed", static () => { });
    }

    public static void WriteUser(XmlWriter xml, User user)
    {
        xml.Element("Path", user.Path);
        xml.Element("UserName", user.Name);
        xml.Element("UserId", user.Id);
        xml.Element("Arn", user.Arn);
        xml.Element("CreateDate", user.Created);
        if (user.Tags.Count > 0)
        {
            IamTags.Write(xml, user.Tags);
        }
    }

    public static void WritePolicy(XmlWriter xml, ManagedPolicy policy, int attached)
    {
        xml.Element("PolicyName", policy.Name);
        xml.Element("PolicyId", policy.Id);
        xml.Element("Arn", policy.Arn);
        xml.Element("Path", policy.Path);
        xml.Element("DefaultVersionId", policy.DefaultVersionId);
        xml.Element("AttachmentCount", attached);
        xml.Element("PermissionsBoundaryUsageCount", 0);
        xml.Element("IsAttachable", value: true);
        xml.Element("Description", policy.Description);
        xml.Element("CreateDate", policy.Created);
        xml.Element("UpdateDate", policy.Updated);
        if (policy.Tags.Count > 0)
        {
            IamTags.Write(xml, policy.Tags);
        }
    }

    public static void WriteVersion(XmlWriter xml, PolicyVersion version, string? defaultVersionId, bool withDocument)
    {
        xml.Element("Document", withDocument ? Encode(version.Document) : null);
        xml.Element("VersionId", version.Id);
        xml.Element("IsDefaultVersion", version.Id == defaultVersionId);
        xml.Element("CreateDate", version.Created);
    }
}
