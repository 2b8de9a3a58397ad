using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>The property Domain of an HTTP or WebSocket API.</summary>
internal sealed partial class HttpApiDomain(string apiId, TemplateMap attributes, string tag, SamContext context)
{
    private static readonly string[] TrustStore = ["TruststoreUri", "TruststoreVersion"];
    private static readonly string[] Endpoints = ["REGIONAL"];

    /// <summary>Domain, mappings, records.</summary>
    public IEnumerable<GeneratedResource> Build(TemplateNode? given)
    {
        if (given is null)
        {
            return [];
        }

        TemplateMap settings = Expected.Property(given, apiId, "Domain").ToBeMap();
        if (settings["DomainName"] is not { } name || settings["CertificateArn"] is not { } certificate)
        {
            throw Fault("Custom Domains only works if both DomainName and CertificateArn are provided.", "Domain");
        }

        GeneratedResource domain = new("AWS::ApiGatewayV2::DomainName", LogicalIds.Of("ApiGatewayDomainNameV2", name), attributes);
        settings["ApiDomainName"] = domain.LogicalId;
        domain["DomainName"] = name;
        domain["Tags"] = new TemplateMap { [tag] = "SAM" };
        domain["DomainNameConfigurations"] = new TemplateList([Configuration(settings, certificate)]);
        SetMutualTls(domain, settings["MutualTlsAuthentication"]);
        return [domain, .. Mappings(settings["BasePath"], domain.LogicalId).ToArray(), .. Records(settings, domain.LogicalId)];
    }

    private SamResourceException Fault(string message, string path) => new(apiId, message, path);

    private TemplateMap Configuration(TemplateMap settings, TemplateNode certificate)
    {
        TemplateMap configuration = new() { ["CertificateArn"] = certificate };
        TemplateNode endpoint = settings["EndpointConfiguration"] ?? Endpoints[0];
        settings["EndpointConfiguration"] = endpoint;
        if (!TemplateNode.Same(endpoint, Endpoints[0]))
        {
            throw Fault($"EndpointConfiguration for Custom Domains must be one of {Python27.Describe(Endpoints)}.", "Domain.EndpointConfiguration");
        }

        configuration["EndpointType"] = endpoint;
        foreach (string name in new[] { "OwnershipVerificationCertificateArn", "SecurityPolicy" })
        {
            if (settings[name] is { IsTruthy: true } value)
            {
                configuration[name] = value;
            }
        }

        return configuration;
    }

    private void SetMutualTls(GeneratedResource domain, TemplateNode? given)
    {
        if (given is not { IsTruthy: true })
        {
            return;
        }

        TemplateMap map = given as TemplateMap ?? throw Fault(
            $"MutualTlsAuthentication must be a map with at least one of the following fields {Python27.Describe(TrustStore)}.",
            "Domain.MutualTlsAuthentication");
        string[] unknown = [.. map.Names.Except(TrustStore).Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            // AWS names the keys where the resource's id should stand.
            throw new SamResourceException(
                string.Join(',', unknown), $"Available MutualTlsAuthentication fields are {Python27.Describe(TrustStore)}.", null, map.Position);
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

    private IEnumerable<GeneratedResource> Mappings(TemplateNode? given, string domainId)
    {
        if (given is not { IsTruthy: true } || given is not (TemplateText or TemplateList))
        {
            yield return Mapping($"{apiId}ApiMapping", domainId, null);
            yield break;
        }

        foreach (TemplateNode path in given as TemplateList ?? new TemplateList([given]))
        {
            string text = (path as TemplateText ?? throw Fault("Basepath must be a string.", "Domain.BasePath")).Value;
            if (InvalidPath().IsMatch(text))
            {
                throw Fault("Invalid Basepath name provided.", "Domain.BasePath");
            }

            yield return Mapping($"{apiId}{Separators().Replace(text, "")}ApiMapping", domainId, text.Trim('/'));
        }
    }

    private GeneratedResource Mapping(string id, string domainId, string? path)
    {
        GeneratedResource mapping = new("AWS::ApiGatewayV2::ApiMapping", id, attributes);
        mapping["DomainName"] = Intrinsic.Ref(domainId);
        mapping["ApiId"] = Intrinsic.Ref(apiId);
        mapping["Stage"] = Intrinsic.Ref($"{apiId}.Stage");
        mapping["ApiMappingKey"] = path is null ? null : (TemplateNode)path;
        return mapping;
    }

    private GeneratedResource[] Records(TemplateMap settings, string domainId)
    {
        if (settings["Route53"] is not { } given)
        {
            return [];
        }

        TemplateMap route53 = RecordSets.Checked(given, apiId);
        GeneratedResource group = RecordSets.GroupOf(route53, attributes, context, alsoByName: false);
        ((TemplateList)group["RecordSets"]!).AddRange(RecordSets.Of(settings["DomainName"], route53, () => Target(route53, domainId)));
        return [group];
    }

    private static TemplateMap Target(TemplateMap route53, string domainId)
    {
        TemplateMap target = new();
        if (route53["EvaluateTargetHealth"] is { } health)
        {
            target["EvaluateTargetHealth"] = health;
        }

        target["HostedZoneId"] = Intrinsic.GetAtt(domainId, "RegionalHostedZoneId");
        target["DNSName"] = Intrinsic.GetAtt(domainId, "RegionalDomainName");
        return target;
    }

    [GeneratedRegex(@"[^0-9a-zA-Z/\-_]+")]
    private static partial Regex InvalidPath();

    [GeneratedRegex(@"[\-_/]+")]
    private static partial Regex Separators();
}
