using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>A REST API's property Domain: the domain's name, mappings of its paths, records that lead to it. Private domains have types of their own.</summary>
internal sealed class RestApiDomain(SamDefinition definition, SamContext context)
{
    private static readonly string[] Endpoints = ["EDGE", "REGIONAL", "PRIVATE"];
    private static readonly string[] TrustStore = ["TruststoreUri", "TruststoreVersion"];

    private readonly string _apiId = definition.LogicalId;

    /// <summary>What a domain is expanded to.</summary>
    public sealed record Parts(IEnumerable<GeneratedResource> Resources, IEnumerable<GeneratedResource> AccessAssociation);

    public Parts Build()
    {
        if (definition["Domain"] is not { } given)
        {
            return new Parts([], []);
        }

        bool isPrivate = (given as TemplateMap)?["EndpointConfiguration"] is TemplateText { Value: "PRIVATE" };
        TemplateMap settings = Expected.Property(given, _apiId, "Domain").ToBeMap();
        TemplateNode name = Expected.Property(settings["DomainName"], _apiId, "Domain.DomainName").ToBeGiven();
        TemplateNode certificate = Expected.Property(settings["CertificateArn"], _apiId, "Domain.CertificateArn").ToBeGiven();
        GeneratedResource domain = new(
            isPrivate ? "AWS::ApiGateway::DomainNameV2" : "AWS::ApiGateway::DomainName",
            LogicalIds.Of(isPrivate ? "ApiGatewayDomainNameV2" : "ApiGatewayDomainName", name), definition.PassedAttributes);
        domain["DomainName"] = name;
        SetEndpoint(domain, settings, certificate, isPrivate);
        SetMutualTls(domain, settings, isPrivate);
        CopySettings(domain, settings, isPrivate ? "OwnershipVerificationCertificateArn" : "Policy");
        IEnumerable<GeneratedResource> mappings = [.. Mappings(settings, domain.LogicalId, isPrivate)];
        GeneratedResource[] association = isPrivate && settings["AccessAssociation"] is TemplateMap access ? [Association(access, domain.LogicalId)] : [];
        return new Parts([domain, .. mappings, .. Records(settings, isPrivate ? name : domain.LogicalId)], association);
    }

    private static void CopySettings(GeneratedResource domain, TemplateMap settings, string unknown)
    {
        foreach (string property in new[] { "SecurityPolicy", "EndpointAccessMode", "Policy", "OwnershipVerificationCertificateArn" })
        {
            if (settings[property] is { IsTruthy: true } value)
            {
                domain[property] = property != unknown ? value : throw new SamResourceException(
                    domain.LogicalId, $"property {property} not defined for resource of type {domain.Type}", null, value.Position);
            }
        }
    }

    private SamResourceException Fault(string message, string path) => new(_apiId, message, path);

    private void SetEndpoint(GeneratedResource domain, TemplateMap settings, TemplateNode certificate, bool isPrivate)
    {
        if (!isPrivate)
        {
            // The hash of the deployment is taken over the settings with these.
            settings["ApiDomainName"] = domain.LogicalId;
        }

        TemplateNode endpoint = settings["EndpointConfiguration"] ?? "REGIONAL";
        settings["EndpointConfiguration"] = endpoint;
        if (endpoint is not TemplateText text || !Endpoints.Contains(text.Value))
        {
            throw Fault($"EndpointConfiguration for Custom Domains must be one of {Python27.Describe(Endpoints)}.", "Domain.EndpointConfiguration");
        }

        domain[text.Value == "REGIONAL" ? "RegionalCertificateArn" : "CertificateArn"] = certificate;
        TemplateMap configuration = new() { ["Types"] = new TemplateList([endpoint]) };
        if (settings["IpAddressType"] is { IsTruthy: true } addresses)
        {
            configuration["IpAddressType"] = addresses;
        }

        domain["EndpointConfiguration"] = configuration;
    }

    private void SetMutualTls(GeneratedResource domain, TemplateMap settings, bool isPrivate)
    {
        if (isPrivate || settings["MutualTlsAuthentication"] is not { IsTruthy: true } given)
        {
            return;
        }

        TemplateMap map = Expected.Property(given, _apiId, "Domain.MutualTlsAuthentication").ToBeMap();
        if (!map.Names.All(TrustStore.Contains))
        {
            throw Fault($"Available Domain.MutualTlsAuthentication fields are {Python27.Describe(TrustStore)}.", "Domain.MutualTlsAuthentication");
        }

        TemplateMap trust = new();
        foreach (string name in TrustStore)
        {
            if (map[name] is { IsTruthy: true } value)
            {
                trust[name] = value;
            }
        }

        domain["MutualTlsAuthentication"] = trust;
    }

    private IEnumerable<GeneratedResource> Mappings(TemplateMap settings, string domainId, bool isPrivate)
    {
        TemplateNode? given = settings["BasePath"];
        if (given is not { IsTruthy: true } || given is not (TemplateText or TemplateList))
        {
            return [Mapping($"{_apiId}BasePathMapping", domainId, null, isPrivate)];
        }

        TemplateList paths = Expected.Property(given as TemplateList ?? new TemplateList([given]), _apiId, "Domain.BasePath").ToBeListOfStrings();
        bool normalized = !settings.Has("NormalizeBasePath") || settings["NormalizeBasePath"] is { IsTruthy: true };
        return paths.Cast<TemplateText>().Select(path =>
        {
            string letters = string.Concat(path.Value.Where(char.IsLetterOrDigit));
            string id = $"{_apiId}{letters}BasePathMapping";
            return Mapping(id, domainId, normalized ? letters : path.Value, isPrivate);
        });
    }

    private GeneratedResource Mapping(string id, string domainId, string? path, bool isPrivate)
    {
        GeneratedResource mapping = new(
            isPrivate ? "AWS::ApiGateway::BasePathMappingV2" : "AWS::ApiGateway::BasePathMapping", id, definition.PassedAttributes);
        mapping[isPrivate ? "DomainNameArn" : "DomainName"] = Intrinsic.Ref(domainId);
        mapping["RestApiId"] = Intrinsic.Ref(_apiId);
        mapping["Stage"] = Intrinsic.Ref($"{_apiId}.Stage");
        mapping["BasePath"] = path is null ? null : (TemplateNode)path;
        return mapping;
    }

    private GeneratedResource Association(TemplateMap access, string domainId)
    {
        TemplateNode? endpoint = access["VpcEndpointId"];
        GeneratedResource association = new(
            "AWS::ApiGateway::DomainNameAccessAssociation",
            LogicalIds.Of("DomainNameAccessAssociation", new TemplateList([endpoint ?? TemplateNull.Instance, domainId])), definition.PassedAttributes);
        association["DomainNameArn"] = Intrinsic.Ref(domainId);
        association["AccessAssociationSourceType"] = "VPCE";
        association["AccessAssociationSource"] = endpoint;
        return association;
    }

    private GeneratedResource[] Records(TemplateMap settings, TemplateNode domain)
    {
        if (settings["Route53"] is not { } given)
        {
            return [];
        }

        TemplateMap route53 = RecordSets.Checked(given, _apiId);
        GeneratedResource group;
        if (route53["SeparateRecordSetGroup"] is { IsTruthy: true } separate)
        {
            Expected.Property(separate, _apiId, "Domain.Route53.SeparateRecordSetGroup").ToBeBoolean();
            group = SeparateGroup(settings, route53);
        }
        else
        {
            group = RecordSets.GroupOf(route53, definition.PassedAttributes, context, alsoByName: true);
        }

        ((TemplateList)group["RecordSets"]!).AddRange(
            RecordSets.Of(settings["DomainName"], route53, () => Target(settings, route53, domain)));
        return [group];
    }

    private GeneratedResource SeparateGroup(TemplateMap settings, TemplateMap route53)
    {
        TemplateNode zone = RecordSets.ZoneOf(route53) ?? TemplateNull.Instance;
        GeneratedResource group = new(
            RecordSets.GroupType,
            LogicalIds.Of("RecordSetGroup", new TemplateList([zone, settings["DomainName"]!])), definition.PassedAttributes);
        foreach (string name in new[] { "HostedZoneId", "HostedZoneName" })
        {
            group[name] = route53[name] is { IsTruthy: true } value ? value : null;
        }

        group["RecordSets"] = new TemplateList();
        return group;
    }

    private static TemplateMap Target(TemplateMap settings, TemplateMap route53, TemplateNode domain)
    {
        TemplateMap target = new();
        if (route53["EvaluateTargetHealth"] is { } health)
        {
            target["EvaluateTargetHealth"] = health;
        }

        switch (((TemplateText)settings["EndpointConfiguration"]!).Value)
        {
            case "REGIONAL":
                target["HostedZoneId"] = Intrinsic.GetAtt(domain, "RegionalHostedZoneId");
                target["DNSName"] = Intrinsic.GetAtt(domain, "RegionalDomainName");
                break;
            case "EDGE":
                route53["DistributionDomainName"] ??= Intrinsic.GetAtt(domain, "DistributionDomainName");
                // CloudFront's own zone, the same everywhere.
                target["HostedZoneId"] = "Z2FDTNDATAQYW2";
                target.Set("DNSName", route53["DistributionDomainName"]);
                break;
            default:
                target.Set("HostedZoneId", route53["VpcEndpointHostedZoneId"]);
                target.Set("DNSName", route53["VpcEndpointDomainName"]);
                break;
        }

        return target;
    }
}
