using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>A generated resource may have the id of a resource of the template only where it takes that resource's place.</summary>
internal static class UniqueIds
{
    private static readonly Dictionary<string, string[]> Replaced = new(StringComparer.Ordinal)
    {
        ["AWS::Lambda::Function"] = [SamTypes.Function],
        ["AWS::Lambda::LayerVersion"] = [SamTypes.LayerVersion],
        ["AWS::Lambda::CapacityProvider"] = [SamTypes.CapacityProvider],
        ["AWS::ApiGateway::RestApi"] = [SamTypes.Api],
        ["AWS::ApiGatewayV2::Api"] = [SamTypes.HttpApi, SamTypes.WebSocketApi],
        ["AWS::DynamoDB::Table"] = [SamTypes.SimpleTable],
        ["AWS::CloudFormation::Stack"] = [SamTypes.Application],
        ["AWS::StepFunctions::StateMachine"] = [SamTypes.StateMachine],
        ["AWS::AppSync::GraphQLApi"] = [SamTypes.GraphQLApi],
        ["AWS::S3::Bucket"] = ["AWS::S3::Bucket"],
        ["AWS::SNS::Topic"] = ["AWS::SNS::Topic"],
        ["AWS::Cognito::UserPool"] = ["AWS::Cognito::UserPool"],
        ["AWS::ApiGateway::DomainName"] = ["AWS::ApiGateway::DomainName"],
        ["AWS::ApiGateway::BasePathMapping"] = ["AWS::ApiGateway::BasePathMapping"],
        ["AWS::ApiGateway::DomainNameV2"] = ["AWS::ApiGateway::DomainNameV2"],
        ["AWS::ApiGateway::BasePathMappingV2"] = ["AWS::ApiGateway::BasePathMappingV2"],
    };

    public static bool MayHave(GeneratedResource resource, TemplateMap existing) => MayHave(resource.Type, resource.LogicalId, existing);

    public static bool MayHave(string type, string logicalId, TemplateMap existing) => !existing.Has(logicalId)
        || (Replaced.TryGetValue(type, out string[]? replaced) && existing[logicalId] is TemplateMap there
            && there["Type"] is TemplateText other && replaced.Contains(other.Value));
}
