using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>Tags: SAM writes them as a map, most of CloudFormation as a list.</summary>
internal static class Tags
{
    public const string CreatedBy = "lambda:createdBy";
    public const string ApplicationId = "serverlessrepo:applicationId";
    public const string SemanticVersion = "serverlessrepo:semanticVersion";

    private static readonly string[] Reserved = [CreatedBy, ApplicationId, SemanticVersion];

    private static readonly HashSet<string> WithList = new(StringComparer.Ordinal)
    {
        "AWS::IAM::Role", "AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::IoT::TopicRule", "AWS::DynamoDB::Table",
        "AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup", "AWS::CloudFormation::Stack", "AWS::S3::Bucket",
        "AWS::StepFunctions::StateMachine", "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage", "AWS::ApiGateway::DomainName",
        "AWS::ApiGateway::DomainNameV2", "AWS::ApiGateway::UsagePlan", "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::DomainNameAccessAssociation", "AWS::AppSync::GraphQLApi", "AWS::Lambda::CapacityProvider",
    };

    public static TemplateList ListOf(TemplateMap? tags)
    {
        TemplateList list = new();
        foreach ((TemplateKey key, TemplateNode value) in tags?.Entries ?? [])
        {
            list.Add(new TemplateMap { ["Key"] = new TemplateText(key.Name, key.IsUnicode), ["Value"] = value is TemplateNull ? "" : value });
        }

        return list;
    }

    /// <summary>SAM's own tag, further ones, then the resource's.</summary>
    /// <exception cref="SamResourceException">A tag of SAM's own name.</exception>
    public static TemplateList WithSam(string logicalId, TemplateMap? tags, TemplateMap? further = null)
    {
        foreach (string reserved in Reserved.Where(name => tags?.Has(name) == true))
        {
            throw new SamResourceException(
                logicalId,
                $"{reserved} is a reserved Tag key name and cannot be set on your resource. Please change the tag key in the input.", $"Tags.{reserved}");
        }

        return new TemplateList([.. ListOf(new TemplateMap { [CreatedBy] = "SAM" }), .. ListOf(further), .. ListOf(tags)]);
    }

    /// <summary>Gives the resources the tags, those that can have tags and in the form that they take.</summary>
    public static void Propagate(IEnumerable<GeneratedResource> resources, TemplateNode? tags, bool propagate)
    {
        if (!propagate || tags is not TemplateMap { Count: > 0 } map)
        {
            return;
        }

        foreach (GeneratedResource resource in resources)
        {
            if (WithList.Contains(resource.Type))
            {
                resource["Tags"] = ListOf(map);
            }
            else if (TakesMap(resource))
            {
                resource["Tags"] = map;
            }
        }
    }

    /// <summary>The same, but tags that are there already stay beside those of other keys.</summary>
    public static void PropagateBeside(IEnumerable<GeneratedResource> resources, TemplateMap? tags, bool propagate)
    {
        foreach (GeneratedResource resource in propagate && tags is { Count: > 0 } ? resources : [])
        {
            if (!WithList.Contains(resource.Type))
            {
                continue;
            }

            TemplateMap combined = new();
            foreach (TemplateMap tag in ((resource["Tags"] as TemplateList) ?? []).Concat(ListOf(tags)).Cast<TemplateMap>())
            {
                combined.Set(((TemplateText)tag["Key"]!).Key, tag["Value"]);
            }

            resource["Tags"] = ListOf(combined);
        }
    }

    // An HTTP API's tags stand in its OpenAPI document.
    private static bool TakesMap(GeneratedResource resource) => resource.Type is "AWS::ApiGatewayV2::Stage" or "AWS::ApiGatewayV2::DomainName"
        || (resource.Type == "AWS::ApiGatewayV2::Api" && resource["ProtocolType"] is not null);
}
