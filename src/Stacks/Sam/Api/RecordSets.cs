using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>Records of Route 53 that lead to a custom domain.</summary>
internal static class RecordSets
{
    public const string GroupType = "AWS::Route53::RecordSetGroup";

    public static TemplateMap Checked(TemplateNode route53, string apiId)
    {
        TemplateMap map = Expected.Property(route53, apiId, "Domain.Route53").ToBeMap();
        return map["HostedZoneId"] is null && map["HostedZoneName"] is null
            ? throw new SamResourceException(
                apiId, "HostedZoneId or HostedZoneName is required to enable Route53 support on Custom Domains.", "Domain.Route53", map.Position)
            : map;
    }

    /// <summary>The zone's group among the template's, a new one where it is the first of its zone.</summary>
    public static GeneratedResource GroupOf(TemplateMap route53, TemplateMap attributes, SamContext context, bool alsoByName)
    {
        string id = LogicalIds.Of("RecordSetGroup", ZoneOf(route53));
        if (!context.RecordSetGroups.TryGetValue(id, out GeneratedResource? group))
        {
            context.RecordSetGroups[id] = group = new GeneratedResource(GroupType, id, attributes);
            if (route53.Has("HostedZoneId"))
            {
                group["HostedZoneId"] = route53["HostedZoneId"];
            }

            if (route53.Has("HostedZoneName") && (alsoByName || !route53.Has("HostedZoneId")))
            {
                group["HostedZoneName"] = route53["HostedZoneName"];
            }

            group["RecordSets"] = new TemplateList();
        }

        return group;
    }

    public static TemplateNode? ZoneOf(TemplateMap route53) =>
        route53["HostedZoneId"] is { IsTruthy: true } id ? id : route53["HostedZoneName"];

    /// <summary>A record for IPv4, and one for IPv6 where it is asked for.</summary>
    public static IEnumerable<TemplateMap> Of(TemplateNode? domainName, TemplateMap route53, Func<TemplateMap> target)
    {
        yield return Record(domainName, "A", target(), route53);
        if (route53["IpV6"] is TemplateBool { Value: true })
        {
            yield return Record(domainName, "AAAA", target(), route53);
        }
    }

    private static TemplateMap Record(TemplateNode? domainName, string type, TemplateMap target, TemplateMap route53)
    {
        TemplateMap record = new() { { "Name", domainName }, { "Type", type }, { "AliasTarget", target } };
        foreach (string name in new[] { "Region", "SetIdentifier" })
        {
            if (route53[name] is { } value)
            {
                record[name] = value;
            }
        }

        return record;
    }
}
