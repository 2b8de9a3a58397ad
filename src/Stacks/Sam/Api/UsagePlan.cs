using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>A REST API's property Auth.UsagePlan: a usage plan and its API key, of the API's own or shared by all.</summary>
internal sealed class UsagePlan(SamDefinition definition, string stageId, SamContext context)
{
    private static readonly string[] Settings = ["CreateUsagePlan", "Description", "Quota", "Tags", "Throttle", "UsagePlanName"];
    private static readonly string[] Kinds = ["SHARED", "PER_API", "NONE"];

    private readonly string _apiId = definition.LogicalId;

    public IEnumerable<GeneratedResource> Build()
    {
        if ((definition["Auth"] as TemplateMap)?["UsagePlan"] is not { } given)
        {
            return [];
        }

        TemplateMap settings = given as TemplateMap ?? throw Fault("'UsagePlan' must be a dictionary");
        if (!settings.Names.All(Settings.Contains))
        {
            throw Fault("Invalid property for 'UsagePlan'");
        }

        TemplateNode kind = settings["CreateUsagePlan"] ?? throw Fault("'CreateUsagePlan' is a required field for UsagePlan.");
        if (kind is not TemplateText text || !Kinds.Contains(text.Value))
        {
            throw Fault($"'CreateUsagePlan' accepts one of {Python27.Describe(Kinds)}.");
        }

        return text.Value == "NONE" ? [] : Build(settings, isShared: text.Value == "SHARED");
    }

    private SamResourceException Fault(string message) => new(_apiId, message, "Auth.UsagePlan");

    private GeneratedResource[] Build(TemplateMap settings, bool isShared)
    {
        string prefix = isShared ? "Serverless" : _apiId;
        SharedUsagePlan shared = isShared ? context.SharedUsagePlan : new SharedUsagePlan();
        AddOnce(shared.DependsOn, _apiId);
        GeneratedResource plan = new("AWS::ApiGateway::UsagePlan", $"{prefix}UsagePlan", AttributesOf(isShared), shared.DependsOn);
        AddOnce(shared.ApiStages, new TemplateMap { ["ApiId"] = Intrinsic.Ref(_apiId), ["Stage"] = Intrinsic.Ref(stageId) });
        plan["ApiStages"] = shared.ApiStages;

        GeneratedResource key = new("AWS::ApiGateway::ApiKey", $"{prefix}ApiKey", AttributesOf(isShared), new TemplateList([plan.LogicalId]));
        key["Enabled"] = true;
        AddOnce(shared.StageKeys, new TemplateMap { ["RestApiId"] = Intrinsic.Ref(_apiId), ["StageName"] = Intrinsic.Ref(stageId) });
        key["StageKeys"] = shared.StageKeys;

        GeneratedResource link = new("AWS::ApiGateway::UsagePlanKey", $"{prefix}UsagePlanKey", AttributesOf(isShared), new TemplateList([key.LogicalId]));
        link["KeyId"] = Intrinsic.Ref(key.LogicalId);
        link["KeyType"] = "API_KEY";
        link["UsagePlanId"] = Intrinsic.Ref(plan.LogicalId);
        foreach (string name in Settings.Skip(1))
        {
            plan[name] = settings[name] is { IsTruthy: true } value ? value : null;
        }

        return [plan, key, link];
    }

    private TemplateMap AttributesOf(bool isShared) =>
        isShared ? context.SharedUsagePlan.AttributesWith(definition.PassedAttributes, context) : definition.PassedAttributes;

    private static void AddOnce(TemplateList list, TemplateNode item)
    {
        if (!list.Holds(item))
        {
            list.Add(item);
        }
    }
}
