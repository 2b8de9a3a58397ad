using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Events;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Serverless::StateMachine: the state machine, its role, version and alias, and what its events make.</summary>
internal sealed partial class StateMachineResource(SamDefinition definition) : SamResource(definition)
{
    private const string CreatedBy = "stateMachine:createdBy";

    private EventSet _events = EventSet.Empty;

    private TemplateList TagList => new([.. Tags.ListOf(new TemplateMap { [CreatedBy] = "SAM" }), .. Tags.ListOf(Property("Tags") as TemplateMap)]);

    public override void Link(SamContext context) =>
        _events = EventSet.Read(LogicalId, Property("Events") as TemplateMap, EventTypes.OfStateMachine, context.SourceResources);

    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        GeneratedResource machine = new("AWS::StepFunctions::StateMachine", LogicalId, Attributes, DependsOn);
        List<GeneratedResource> resources = [machine];
        SetDefinition(machine);
        if (IsSet("Role") && IsSet("Policies"))
        {
            throw Fault("Specify either 'Role' or 'Policies' (but not both at the same time) or neither of them", "Role");
        }

        if (Property("Role") is { IsTruthy: true } given)
        {
            machine["RoleArn"] = given;
        }
        else
        {
            GeneratedResource role = Role(context);
            machine["RoleArn"] = role.Arn;
            resources.Add(role);
        }

        machine["StateMachineName"] = Property("Name");
        machine["StateMachineType"] = Property("Type");
        machine["LoggingConfiguration"] = Property("Logging");
        machine["TracingConfiguration"] = Property("Tracing");
        machine["Tags"] = TagList;
        GeneratedResource? alias = AddVersionAndAlias(machine, resources);
        AddEvents(resources, new EventTarget
        {
            Resource = IsSet("UseAliasAsEventTarget") ? alias ?? machine : machine,
            Role = null,
            Context = context,
            PermissionsBoundary = Property("PermissionsBoundary"),
        });
        Tags.Propagate(resources, Property("Tags"), IsSet("PropagateTags"));
        return resources;
    }

    /// <summary>AWS tells such faults by the event alone, where those of a function's events name the function.</summary>
    private void AddEvents(List<GeneratedResource> resources, EventTarget target)
    {
        try
        {
            resources.AddRange(_events.Expand(target));
        }
        catch (SamEventException fault)
        {
            throw fault.Within(LogicalId);
        }
    }

    private void SetDefinition(GeneratedResource machine)
    {
        TemplateMap? substitutions = Property("DefinitionSubstitutions") is TemplateMap { Count: > 0 } given ? given : null;
        if (IsSet("Definition") && IsSet("DefinitionUri"))
        {
            throw Fault("Specify either 'Definition' or 'DefinitionUri' property and not both.", "Definition");
        }

        if (IsSet("Definition"))
        {
            TemplateNode copy = Property("Definition")!.Copy();
            TemplateMap found = new();
            Substitute(copy, found);
            if (found.Count > 0)
            {
                substitutions ??= new TemplateMap();
                substitutions.Merge(found);
            }

            string[] lines = PythonJson.Indented.Write(copy).Split('\n');
            machine["DefinitionString"] = Intrinsic.Join("\n", new TemplateList(lines.Select(static line => (TemplateNode)line)));
        }
        else if (Property("DefinitionUri") is { IsTruthy: true } uri)
        {
            machine["DefinitionS3Location"] = S3Location.OfDefinition(uri, LogicalId, python27: false);
        }
        else
        {
            throw Fault("Either 'Definition' or 'DefinitionUri' property must be specified.");
        }

        machine["DefinitionSubstitutions"] = substitutions;
    }

    /// <summary>What is not known before deployment becomes a substitution: a definition is a string.</summary>
    private static void Substitute(TemplateNode node, TemplateMap found)
    {
        if (node is TemplateMap map)
        {
            foreach ((TemplateKey key, TemplateNode value) in map.Entries.OrderBy(static entry => entry.Key.Name, StringComparer.Ordinal))
            {
                map.Set(key, Substituted(value, found));
            }
        }
        else if (node is TemplateList list)
        {
            for (int index = 0; index < list.Count; index++)
            {
                list[index] = Substituted(list[index], found);
            }
        }
    }

    private static TemplateNode Substituted(TemplateNode value, TemplateMap found)
    {
        if (Intrinsic.Is(value) || (value is TemplateText text && DynamicReference().IsMatch(text.Value)))
        {
            string name = $"definition_substitution_{found.Count + 1}";
            found[name] = value;
            return $"${{{name}}}";
        }

        Substitute(value, found);
        return value;
    }

    private GeneratedResource Role(SamContext context)
    {
        TemplateNode? given = Property("Policies");
        TemplateNode? policies = given;
        if ((Property("Tracing") as TemplateMap)?["Enabled"] is TemplateBool { Value: true })
        {
            IEnumerable<TemplateNode> own = given is TemplateList list ? list : given is { IsTruthy: true } ? [given] : [];
            policies = new TemplateList([.. own, FunctionResource.XrayPolicy(context.Partition)]);
        }

        return new ExecutionRole
        {
            LogicalId = LogicalId,
            Partition = context.Partition,
            Attributes = PassedAttributes,
            AssumeRolePolicy = IamPolicies.AssumeRole("states.amazonaws.com"),
            ManagedPolicyArns = new TemplateList(),
            Policies = policies,
            Path = Property("RolePath"),
            PermissionsBoundary = Property("PermissionsBoundary"),
            Tags = TagList,
        }.Build();
    }

    private GeneratedResource? AddVersionAndAlias(GeneratedResource machine, List<GeneratedResource> resources)
    {
        TemplateNode? name = Property("AutoPublishAlias") is { IsTruthy: true } given ? given : null;
        string? needing = IsSet("UseAliasAsEventTarget") ? "UseAliasAsEventTarget" : IsSet("DeploymentPreference") ? "DeploymentPreference" : null;
        if (name is null)
        {
            return needing is null ? null : throw Fault($"'{needing}' requires 'AutoPublishAlias' property to be specified.", needing);
        }

        TemplateMap attributes = PassedAttributes;
        foreach (string attribute in new[] { "DeletionPolicy", "UpdateReplacePolicy" })
        {
            attributes.GetOrSet(attribute, static () => "Retain");
        }

        GeneratedResource version = new("AWS::StepFunctions::StateMachineVersion", $"{LogicalId}Version", attributes);
        version["StateMachineArn"] = machine.Arn;
        version["StateMachineRevisionId"] = Intrinsic.GetAtt(LogicalId, "StateMachineRevisionId");
        GeneratedResource alias = new("AWS::StepFunctions::StateMachineAlias", $"{LogicalId}Alias{Python27.Print(name)}", PassedAttributes);
        alias["Name"] = name;
        TemplateMap preference = Property("DeploymentPreference") is TemplateMap { Count: > 0 } asked ? asked : new TemplateMap { ["Type"] = "ALL_AT_ONCE" };
        preference["StateMachineVersionArn"] = version.Arn;
        alias["DeploymentPreference"] = preference;
        resources.AddRange([version, alias]);
        return alias;
    }

    [GeneratedRegex("^{{resolve:([a-z-]+):(.+)}}\n?$")]
    private static partial Regex DynamicReference();
}
