using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Deployments;

/// <summary>The deployment preferences of a template's functions, and CodeDeploy's resources that come of them.</summary>
internal sealed class DeploymentPreferences
{
    private const string ApplicationId = "ServerlessDeploymentApplication";
    private const string RoleId = "CodeDeployServiceRole";
    private const string ConditionName = "ServerlessCodeDeployCondition";

    /// <summary>The configurations that CodeDeploy has of its own, under longer names.</summary>
    private static readonly string[] Predefined =
    [
        "Canary10Percent5Minutes", "Canary10Percent10Minutes", "Canary10Percent15Minutes", "Canary10Percent30Minutes",
        "Linear10PercentEvery1Minute", "Linear10PercentEvery2Minutes", "Linear10PercentEvery3Minutes", "Linear10PercentEvery10Minutes",
        "AllAtOnce",
    ];

    private readonly OrderedDictionary<string, DeploymentPreference> _byFunction = new(StringComparer.Ordinal);

    public bool AnyEnabled => _byFunction.Values.Any(static preference => preference.IsEnabled);

    public IEnumerable<string> EnabledIds => _byFunction.Where(static entry => entry.Value.IsEnabled).Select(static entry => entry.Key);

    private IEnumerable<DeploymentPreference> Enabled => _byFunction.Values.Where(static preference => preference.IsEnabled);

    private bool AllHaveConditions => _byFunction.Count > 0 && Enabled.All(static preference => preference.Condition is not null);

    private string[] Conditions => [.. _byFunction.Values.Select(static preference => (preference.Condition as TemplateText)?.Value)
        .OfType<string>().Distinct()];

    public void Add(string functionId, DeploymentPreference preference) => _byFunction[functionId] = preference;

    /// <summary>What an alias says of the way it is updated.</summary>
    public TemplateMap UpdatePolicy(string functionId)
    {
        DeploymentPreference preference = _byFunction[functionId];
        TemplateMap update = new()
        {
            ["ApplicationName"] = Intrinsic.Ref(ApplicationId),
            ["DeploymentGroupName"] = Intrinsic.Ref(GroupIdOf(functionId)),
        };
        AddHook(update, "BeforeAllowTrafficHook", preference.PreTrafficHook);
        AddHook(update, "AfterAllowTrafficHook", preference.PostTrafficHook);
        return new TemplateMap { ["CodeDeployLambdaAliasUpdate"] = update };
    }

    /// <summary>The application, and the role where a function has none of its own. Adds the condition that they need.</summary>
    public IEnumerable<GeneratedResource> SharedResources(SamContext context)
    {
        GeneratedResource application = new("AWS::CodeDeploy::Application", ApplicationId);
        application["ComputePlatform"] = "Lambda";
        SetShared(application);
        yield return application;
        if (AllHaveConditions && context.HasConditions)
        {
            foreach ((string name, TemplateMap condition) in Intrinsic.AnyOf(Conditions, ConditionName))
            {
                context.AddCondition(name, condition);
            }
        }

        if (Enabled.Any(static preference => preference.Settings!["Role"] is not { IsTruthy: true }))
        {
            string policy = context.Partition is "aws-iso" or "aws-iso-b" ? "AWSCodeDeployRoleForLambdaLimited" : "AWSCodeDeployRoleForLambda";
            GeneratedResource role = new(ExecutionRole.Type, RoleId);
            role["AssumeRolePolicyDocument"] = IamPolicies.AssumeRole("codedeploy.amazonaws.com");
            role["ManagedPolicyArns"] = new TemplateList([Arns.ManagedPolicy(context.Partition, $"service-role/{policy}")]);
            SetShared(role);
            yield return role;
        }
    }

    /// <exception cref="SamResourceException">Alarms that are no list.</exception>
    public GeneratedResource GroupOf(string functionId)
    {
        DeploymentPreference preference = _byFunction[functionId];
        TemplateMap settings = preference.Settings!;
        GeneratedResource group = new("AWS::CodeDeploy::DeploymentGroup", GroupIdOf(functionId));
        group["AlarmConfiguration"] = AlarmsOf(functionId, settings["Alarms"]);
        group["ApplicationName"] = Intrinsic.Ref(ApplicationId);
        group["AutoRollbackConfiguration"] = new TemplateMap
        {
            ["Enabled"] = true,
            ["Events"] = new TemplateList(["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]),
        };
        group["DeploymentConfigName"] = ConfigurationOf(settings["Type"]?.Copy() ?? TemplateNull.Instance, null);
        group["DeploymentStyle"] = new TemplateMap { ["DeploymentType"] = "BLUE_GREEN", ["DeploymentOption"] = "WITH_TRAFFIC_CONTROL" };
        group["ServiceRoleArn"] = settings["Role"] is { IsTruthy: true } role ? role : Intrinsic.GetAtt(RoleId, "Arn");
        group["TriggerConfigurations"] = settings["TriggerConfigurations"] is { IsTruthy: true } triggers ? triggers : null;
        group["Tags"] = preference.Tags is { Count: > 0 } tags ? Tags.ListOf(tags) : null;
        if (preference.Condition is { IsTruthy: true } condition)
        {
            group.Attributes["Condition"] = condition;
        }

        return group;
    }

    private static string GroupIdOf(string functionId) => $"{functionId}DeploymentGroup";

    private static void AddHook(TemplateMap update, string name, TemplateNode? hook)
    {
        if (hook is not null && !new TemplateMap { { "Ref", null } }.SameAs(hook))
        {
            update[name] = hook;
        }
    }

    private void SetShared(GeneratedResource resource)
    {
        TemplateMap tags = new();
        foreach (DeploymentPreference preference in Enabled)
        {
            tags.Merge(preference.Tags ?? new TemplateMap());
        }

        resource["Tags"] = tags.Count > 0 ? Tags.ListOf(tags) : null;
        if (AllHaveConditions && Conditions is { Length: > 0 } conditions)
        {
            resource.Attributes["Condition"] = conditions.Length == 1 ? conditions[0] : ConditionName;
        }
    }

    private static TemplateNode? AlarmsOf(string functionId, TemplateNode? alarms)
    {
        if (alarms is not { IsTruthy: true } || Intrinsic.IsNoValue(alarms))
        {
            return null;
        }

        if (!Intrinsic.IsIf(alarms))
        {
            return AlarmConfiguration(functionId, alarms);
        }

        TemplateNode copy = alarms.Copy();
        TemplateList arguments = Intrinsic.CheckedIf(copy, fault => new SamResourceException(functionId, fault, "DeploymentPreference.Alarms"));
        arguments[1] = AlarmConfiguration(functionId, arguments[1]);
        arguments[2] = AlarmConfiguration(functionId, arguments[2]);
        return copy;
    }

    private static TemplateMap AlarmConfiguration(string functionId, TemplateNode alarms)
    {
        TemplateList list = alarms as TemplateList
            ?? throw new SamResourceException(functionId, "Alarms must be a list", "DeploymentPreference.Alarms", alarms.Position);
        return list.Count == 0 || Intrinsic.IsNoValue(list[0]) ? new TemplateMap() : new TemplateMap
        {
            ["Enabled"] = true,
            ["Alarms"] = new TemplateList(list.Select(static alarm => new TemplateMap { ["Name"] = alarm })),
        };
    }

    /// <summary>CodeDeploy's name of a configuration, also within intrinsic functions.</summary>
    private static TemplateNode ConfigurationOf(TemplateNode value, string? key)
    {
        if (value is TemplateList list)
        {
            for (int index = 0; index < list.Count; index++)
            {
                list[index] = ConfigurationOf(list[index], null);
            }

            return list;
        }

        if (Intrinsic.Is(value))
        {
            TemplateMap map = (TemplateMap)value;
            map[map.FirstName] = ConfigurationOf(map.FirstValue, map.FirstName);
            return map;
        }

        if (value is not TemplateText text || !Predefined.Contains(text.Value))
        {
            return value;
        }

        const string Name = "CodeDeployDefault.Lambda${ConfigName}";
        TemplateMap variables = new() { ["ConfigName"] = text };
        return key == "Fn::Sub" ? new TemplateList([Name, variables]) : Intrinsic.Sub(Name, variables);
    }
}
