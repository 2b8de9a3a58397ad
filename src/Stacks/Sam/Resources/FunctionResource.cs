using Lamina.Stacks.Sam.Deployments;
using Lamina.Stacks.Sam.Events;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Serverless::Function: the function, its role, version, alias, URL, destinations, and what its events make.</summary>
internal sealed class FunctionResource(SamDefinition definition) : SamResource(definition)
{
    private static readonly Dictionary<string, string> ReferredParts = new(StringComparer.Ordinal)
    {
        ["Alias"] = "AWS::Lambda::Alias",
        ["Version"] = "AWS::Lambda::Version",
        ["DestinationTopic"] = "AWS::SNS::Topic",
        ["DestinationQueue"] = "AWS::SQS::Queue",
    };

    private EventSet _events = EventSet.Empty;

    public override IReadOnlyDictionary<string, string> Parts => ReferredParts;

    public override void Link(SamContext context) =>
        _events = EventSet.Read(LogicalId, Property("Events") as TemplateMap, EventTypes.OfFunction, context.SourceResources);

    /// <summary>
    /// 1. The function from its properties. 2. Version and alias. 3. URL. 4. Deployment preference. 5. Destinations of asynchronous
    /// events. 6. The role, which what follows may add to. 7. Events, bound to the alias where there is one.
    /// </summary>
    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        FunctionRules.Check(Definition);
        List<GeneratedResource> resources = [];

        // 1.
        GeneratedResource function = new FunctionCode(Definition, context).Build();
        resources.Add(function);

        // 2.
        (GeneratedResource? version, GeneratedResource? alias) = new FunctionVersions(Definition, context).Build(function);
        resources.AddRange(new[] { version, alias }.OfType<GeneratedResource>());

        // 3.
        if (Property("FunctionUrlConfig") is TemplateMap { Count: > 0 } url)
        {
            resources.AddRange(FunctionUrl.Build(function, alias, url, PassedAttributes));
        }

        // 4.
        AddDeploymentPreference(context, alias);

        // 5.
        FunctionDestinations destinations = new(Definition, context);
        resources.AddRange(destinations.Build(alias));

        // 6.
        GeneratedResource role = Role(context, destinations.Policies);
        if (AttachRole(function, role, context))
        {
            resources.Add(role);
        }

        // 7.
        AddEvents(resources, new EventTarget { Resource = alias ?? function, Role = role, Context = context, PermissionsBoundary = null });
        Tags.Propagate(resources, Property("Tags"), IsSet("PropagateTags"));
        return resources;
    }

    private void AddEvents(List<GeneratedResource> resources, EventTarget target)
    {
        try
        {
            resources.AddRange(_events.InPathOrder().Expand(target));
        }
        catch (SamEventException fault)
        {
            throw fault.Of(LogicalId);
        }
    }

    private void AddDeploymentPreference(SamContext context, GeneratedResource? alias)
    {
        if (Property("DeploymentPreference") is not TemplateMap { Count: > 0 } settings)
        {
            return;
        }

        foreach (string name in new[] { "Enabled", "Type" })
        {
            if (settings.Has(name))
            {
                settings.Set(name, context.Mappings.Resolve(context.Parameters.Resolve(settings[name])));
            }
        }

        bool passesCondition = settings.Has("PassthroughCondition")
            && BooleanOf(context.Mappings.Resolve(context.Parameters.Resolve(settings["PassthroughCondition"])), "PassthroughCondition");
        settings["PassthroughCondition"] = passesCondition;
        DeploymentPreference preference = DeploymentPreference.Of(
            LogicalId, settings, passesCondition ? Attributes["Condition"] : null,
            IsSet("PropagateTags") ? Property("Tags") as TemplateMap : null);
        context.Deployments.Add(LogicalId, preference);
        if (!preference.IsEnabled)
        {
            return;
        }

        if (alias is null)
        {
            throw Fault("'DeploymentPreference' requires AutoPublishAlias property to be specified.", "DeploymentPreference");
        }

        alias.Attributes["UpdatePolicy"] = context.Deployments.UpdatePolicy(LogicalId);
    }

    private bool BooleanOf(TemplateNode? value, string name) => value switch
    {
        TemplateBool boolean => boolean.Value,
        TemplateText { Value: "true" or "True" } or TemplateNumber { Digits: "1" } => true,
        TemplateText { Value: "false" or "False" } or TemplateNumber { Digits: "0" } => false,
        _ when Intrinsic.Is(value) => throw Fault(
            $"Unsupported intrinsic: the only intrinsic functions supported for property {name} are FindInMap and parameter Refs.", "DeploymentPreference"),
        _ => throw Fault($"Invalid value for property {name}.", "DeploymentPreference"),
    };

    private GeneratedResource Role(SamContext context, IEnumerable<TemplateNode> destinationPolicies)
    {
        string basic = Property("DurableConfig") is { IsTruthy: true } ? "AWSLambdaBasicDurableExecutionRolePolicy" : "AWSLambdaBasicExecutionRole";
        TemplateList arns = new([Arns.ManagedPolicy(context.Partition, $"service-role/{basic}")]);
        if (FunctionCode.IsTraced(Property("Tracing"), context))
        {
            arns.Add(Arns.ManagedPolicy(context.Partition, XrayPolicy(context.Partition)));
        }

        if (IsSet("VpcConfig"))
        {
            arns.Add(Arns.ManagedPolicy(context.Partition, "service-role/AWSLambdaVPCAccessExecutionRole"));
        }

        TemplateList documents = new();
        if (Property("DeadLetterQueue") is TemplateMap { Count: > 0 } queue)
        {
            documents.Add(IamPolicies.DeadLetterQueue(FunctionRules.DeadLetterActions[((TemplateText)queue["Type"]!).Value], queue["TargetArn"]!));
        }

        documents.AddRange(destinationPolicies);
        return new ExecutionRole
        {
            LogicalId = LogicalId,
            Partition = context.Partition,
            Attributes = PassedAttributes,
            AssumeRolePolicy = Property("AssumeRolePolicyDocument") ?? IamPolicies.AssumeRole("lambda.amazonaws.com"),
            ManagedPolicyArns = arns,
            Documents = documents,
            Policies = Property("Policies"),
            Path = Property("RolePath"),
            PermissionsBoundary = Property("PermissionsBoundary"),
            Tags = Tags.WithSam(LogicalId, Property("Tags") as TemplateMap),
        }.Build();
    }

    public static string XrayPolicy(string partition) => partition == "aws" ? "AWSXrayWriteOnlyAccess" : "AWSXRayDaemonWriteAccess";

    /// <summary>Whether the generated role is needed: without a role, or where one side of an Fn::If gives none.</summary>
    private bool AttachRole(GeneratedResource function, GeneratedResource role, SamContext context)
    {
        if (function["Role"] is not { } given)
        {
            function["Role"] = role.Arn;
            return true;
        }

        if (!Intrinsic.IsIf(given))
        {
            return false;
        }

        TemplateNode resolved = context.Parameters.Resolve(given);
        TemplateList arguments = Intrinsic.CheckedIf(resolved, fault => Fault($"Malformed 'Role' property: {fault}.", "Role"));
        bool noThen = Intrinsic.IsNoValue(arguments[1]);
        bool noElse = Intrinsic.IsNoValue(arguments[2]);
        if (noThen && noElse)
        {
            function["Role"] = role.Arn;
        }
        else if (noThen)
        {
            function["Role"] = Intrinsic.If(arguments[0], role.Arn, arguments[2]);
            role.Attributes["Condition"] = arguments[0];
        }
        else if (noElse)
        {
            string negated = $"NOT{Python27.Print(arguments[0])}";
            function["Role"] = Intrinsic.If(arguments[0], arguments[1], role.Arn);
            role.Attributes["Condition"] = negated;
            context.AddCondition(negated, Intrinsic.Not(arguments[0]));
        }

        return noThen || noElse;
    }
}
