using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A topic of Kafka wherever it runs.</summary>
internal sealed class SelfManagedKafkaEvent(SamDefinition definition, string eventId) : SourceEvent(definition, eventId, "SelfManagedKafka")
{
    protected override TemplateNode? SourceArn => null;

    protected override TemplateMap Policy(SamContext context)
    {
        if (this["KafkaBootstrapServers"] is not { IsTruthy: true })
        {
            throw Fault("No KafkaBootstrapServers provided for self managed kafka as an event source");
        }

        CheckTopics(this["Topics"]);
        if (this["SourceAccessConfigurations"] is not { IsTruthy: true } given)
        {
            throw Fault("No SourceAccessConfigurations for self managed kafka event provided.");
        }

        Access access = AccessOf(given as TemplateList ?? throw Fault("SourceAccessConfigurations for self managed kafka event should be a list."));
        List<TemplateNode> statements = [];
        if (access.Authentication is { } authentication)
        {
            statements.Add(AllowSecret(authentication));
        }

        if (access.HasCertificate)
        {
            // AWS names the same secret again here, not the certificate's.
            statements.Add(AllowSecret(access.Authentication));
        }

        if (access.IsInVpc)
        {
            statements.Add(AllowNetworkInterfaces());
        }

        if (AllowDecrypt(new TemplateList(["kms:Decrypt"])) is { } decrypt)
        {
            statements.Add(decrypt);
        }

        statements.AddRange(SchemaRegistry.Statements(EventId, this["SchemaRegistryConfig"], context.Parameters));
        TemplateMap policy = IamPolicies.Named("SelfManagedKafkaExecutionRolePolicy", statements);
        ((TemplateMap)policy["PolicyDocument"]!)["Version"] = "2012-10-17";
        return policy;
    }

    private readonly record struct Access(TemplateNode? Authentication, bool HasCertificate, bool IsInVpc);

    private void CheckTopics(TemplateNode? topics)
    {
        if (topics is not { IsTruthy: true })
        {
            throw Fault("No Topics provided for self managed kafka as an event source");
        }

        if (topics is TemplateList { Count: not 1 } or TemplateMap { Count: not 1 })
        {
            throw Fault("Topics for self managed kafka only supports single configuration entry.", "Topics");
        }
    }

    private Access AccessOf(TemplateList configurations)
    {
        TemplateNode? authentication = null;
        bool hasCertificate = false;
        HashSet<string> network = new(StringComparer.Ordinal);
        foreach (TemplateNode node in configurations)
        {
            TemplateMap one = Expected.Property(node, EventId, "SourceAccessConfigurations").ToBeMap();
            string kind = (one["Type"] as TemplateText)?.Value ?? "";
            switch (kind)
            {
                case "VPC_SUBNET" or "VPC_SECURITY_GROUP":
                    CheckUri(one["URI"], kind);
                    network.Add(kind);
                    break;
                case "SASL_SCRAM_256_AUTH" or "SASL_SCRAM_512_AUTH" or "BASIC_AUTH" or "CLIENT_CERTIFICATE_TLS_AUTH":
                    if (authentication is not null)
                    {
                        throw Fault("Multiple auth mechanism properties specified in SourceAccessConfigurations for self managed kafka event.");
                    }

                    authentication = CheckUri(one["URI"], "auth mechanism");
                    break;
                case "SERVER_ROOT_CA_CERTIFICATE":
                    CheckUri(one["URI"], kind);
                    hasCertificate = true;
                    break;
                default:
                    throw Fault("Invalid SourceAccessConfigurations Type provided for self managed kafka event.");
            }
        }

        return network.Count != 1 ? new Access(authentication, hasCertificate, network.Count == 2) : throw Fault(
            "VPC_SUBNET and VPC_SECURITY_GROUP in SourceAccessConfigurations for SelfManagedKafka must be both provided.");
    }

    private TemplateNode CheckUri(TemplateNode? uri, string what)
    {
        if (uri is not { IsTruthy: true })
        {
            throw Fault($"No {what} URI property specified in SourceAccessConfigurations for self managed kafka event.");
        }

        return uri is TemplateText || Intrinsic.Is(uri) ? uri
            : throw Fault($"Wrong Type for {what} URI property specified in SourceAccessConfigurations for self managed kafka event.");
    }
}
