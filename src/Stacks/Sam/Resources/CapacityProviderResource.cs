using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Serverless::CapacityProvider: instances that Lambda manages, with the role that operates them.</summary>
internal sealed class CapacityProviderResource(SamDefinition definition) : SamResource(definition)
{
    private static readonly (string Phrase, string Name)[] Kinds =
    [
        ("not a valid dict", "dictionary"), ("not a valid int", "integer"), ("not a valid float", "number"), ("not a valid list", "list"),
        ("not a valid str", "string"),
    ];

    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        TemplateMap given = Schema.Read("CapacityProvider", WithoutNull(), out List<SchemaFault> faults);
        if (faults.Count > 0)
        {
            throw Fault(string.Join(' ', Sentences(faults)));
        }

        TemplateMap? requirements = given["InstanceRequirements"] as TemplateMap;
        if (requirements?["AllowedTypes"] is not null && requirements["ExcludedTypes"] is not null)
        {
            throw Fault(
                "Cannot specify 'InstanceRequirements.AllowedTypes' and 'InstanceRequirements.ExcludedTypes' together.", "InstanceRequirements");
        }

        List<GeneratedResource> resources = [];
        TemplateNode? role = given["OperatorRole"];
        if (role is not { IsTruthy: true })
        {
            GeneratedResource made = OperatorRole(context);
            resources.Add(made);
            role = made.Arn;
        }

        resources.Add(Provider(given, requirements, role));
        Tags.PropagateBeside(resources, given["Tags"] as TemplateMap, IsSet("PropagateTags"));
        return resources;
    }

    private TemplateMap WithoutNull()
    {
        TemplateMap given = new();
        foreach ((TemplateKey key, TemplateNode value) in Definition.Properties.Entries.Where(static property => property.Value is not TemplateNull))
        {
            given.Set(key, value);
        }

        return given;
    }

    /// <summary>One sentence for each place, which names every kind that the place could take.</summary>
    private static IEnumerable<string> Sentences(List<SchemaFault> faults) =>
        faults.GroupBy(static fault => fault.DottedPath, StringComparer.Ordinal).Select(static place =>
        {
            string[] kinds = [.. place.Select(static fault => Kinds.FirstOrDefault(
                kind => fault.Message.Contains(kind.Phrase, StringComparison.Ordinal)).Name).OfType<string>().Distinct()];
            return kinds.Length > 1 ? $"Property '{place.Key}' value must be {string.Join(" or ", kinds)}." : place.First().Sentence;
        });

    private GeneratedResource OperatorRole(SamContext context) => new ExecutionRole
    {
        LogicalId = $"{LogicalId}Operator",
        Partition = context.Partition,
        Attributes = PassedAttributes,
        AssumeRolePolicy = IamPolicies.AssumeRole("lambda.amazonaws.com"),
        ManagedPolicyArns = new TemplateList([Arns.ManagedPolicy(context.Partition, "AWSLambdaManagedEC2ResourceOperator")]),
        Tags = Tags.ListOf(new TemplateMap { [Tags.CreatedBy] = "SAM" }),
    }.Build();

    private GeneratedResource Provider(TemplateMap given, TemplateMap? requirements, TemplateNode role)
    {
        GeneratedResource provider = new("AWS::Lambda::CapacityProvider", LogicalId, Attributes, DependsOn);
        foreach (string name in new[] { "CapacityProviderName", "KmsKeyArn" })
        {
            provider[name] = given[name] is { IsTruthy: true } value ? value : null;
        }

        provider["VpcConfig"] = given["VpcConfig"];
        provider["PermissionsConfig"] = new TemplateMap { ["CapacityProviderOperatorRoleArn"] = role };
        TemplateMap tags = (given["Tags"] as TemplateMap)?.CopyFlat() ?? new TemplateMap();
        tags[Tags.CreatedBy] = "SAM";
        provider["Tags"] = Tags.ListOf(tags);
        provider["InstanceRequirements"] = requirements is { Count: > 0 } ? Requirements(requirements) : null;
        provider["CapacityProviderScalingConfig"] = given["ScalingConfig"] is TemplateMap { Count: > 0 } scaling ? Scaling(scaling) : null;
        return provider;
    }

    private static TemplateMap Requirements(TemplateMap given)
    {
        TemplateMap requirements = new();
        foreach ((string from, string to) in new[]
        {
            ("Architectures", "Architectures"), ("AllowedTypes", "AllowedInstanceTypes"), ("ExcludedTypes", "ExcludedInstanceTypes"),
        })
        {
            if (given[from] is { } value)
            {
                requirements[to] = value;
            }
        }

        return requirements;
    }

    private static TemplateMap Scaling(TemplateMap given)
    {
        TemplateMap scaling = new();
        if (given["MaxVCpuCount"] is { } most)
        {
            scaling["MaxVCpuCount"] = most;
        }

        scaling["ScalingMode"] = given["AverageCPUUtilization"] is null ? "Auto" : "Manual";
        if (given["AverageCPUUtilization"] is { } utilization)
        {
            scaling["ScalingPolicies"] = new TemplateList(
            [
                new TemplateMap { ["PredefinedMetricType"] = "LambdaCapacityProviderAverageCPUUtilization", ["TargetValue"] = utilization },
            ]);
        }

        return scaling;
    }
}
