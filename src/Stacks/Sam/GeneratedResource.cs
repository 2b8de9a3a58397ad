using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>A CloudFormation resource that a SAM resource is expanded to.</summary>
internal sealed partial class GeneratedResource
{
    private static readonly string[] PassedOn = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];

    /// <exception cref="SamResourceException">An id with other signs than letters and digits.</exception>
    public GeneratedResource(string type, string logicalId, TemplateMap? attributes = null, TemplateNode? dependsOn = null)
    {
        Type = type;
        LogicalId = Checked(logicalId);
        DependsOn = dependsOn;
        if (attributes is not null)
        {
            Attributes.Merge(attributes);
        }
    }

    public string Type { get; }

    public string LogicalId { get; set; }

    /// <summary>Whether AWS's transform holds the id as a unicode string: <see cref="TemplateText.IsUnicode"/>.</summary>
    public bool IsUnicodeId { get; init; }

    public TemplateNode? DependsOn { get; set; }

    /// <summary>What stands beside the properties: Condition, DeletionPolicy, Metadata, …</summary>
    public TemplateMap Attributes { get; } = new();

    public TemplateMap Properties { get; private init; } = new();

    /// <summary>The attributes that resources made for this one take over.</summary>
    public TemplateMap PassedAttributes => PassedOnOf(Attributes);

    public TemplateNode? Condition => Attributes["Condition"];

    /// <summary>A reference to the resource's ARN, as CloudFormation gives it for the type.</summary>
    public TemplateMap Arn => Type switch
    {
        "AWS::Lambda::Version" or "AWS::Lambda::Alias" or "AWS::SNS::Topic" or "AWS::StepFunctions::StateMachine"
            or "AWS::StepFunctions::StateMachineVersion" or "AWS::StepFunctions::StateMachineAlias" => Reference,
        "AWS::AppSync::DataSource" => Intrinsic.GetAtt(Id, "DataSourceArn"),
        _ => Intrinsic.GetAtt(Id, "Arn"),
    };

    public TemplateMap Reference => Intrinsic.Ref(Id);

    /// <summary>How permissions and event sources name the function or its alias.</summary>
    public TemplateMap FunctionName => Reference;

    private TemplateText Id => new(LogicalId, IsUnicodeId);

    /// <summary>Sets a property; null leaves it away.</summary>
    public TemplateNode? this[string property]
    {
        get => Properties[property];
        set
        {
            if (value is null or TemplateNull)
            {
                Properties.Remove(property);
            }
            else
            {
                Properties[property] = value;
            }
        }
    }

    public static TemplateMap PassedOnOf(TemplateMap attributes)
    {
        TemplateMap passed = new();
        foreach (string name in PassedOn.Where(attributes.Has))
        {
            passed.Set(name, attributes[name]);
        }

        return passed;
    }

    /// <exception cref="SamResourceException">An id with other signs than letters and digits.</exception>
    public static string Checked(string logicalId) => LogicalIds().IsMatch(logicalId) ? logicalId
        : throw new SamResourceException(logicalId, "Logical ids must be alphanumeric.");

    /// <summary>A resource of the template that gets changed, in its own shape.</summary>
    /// <exception cref="SamResourceException">Another type, or properties that the type does not have.</exception>
    public static GeneratedResource Of(string logicalId, TemplateMap definition, string type)
    {
        SamDefinition read = SamDefinition.Read(PropertyTable.Resource(type), type, logicalId, definition);
        return new GeneratedResource(type, logicalId, read.Attributes, read.DependsOn) { Properties = read.Properties };
    }

    public TemplateMap ToNode()
    {
        TemplateMap node = new() { ["Type"] = Type };
        if (DependsOn is { IsTruthy: true })
        {
            node["DependsOn"] = DependsOn;
        }

        node.Merge(Attributes);
        TemplateMap properties = new();
        foreach ((TemplateKey key, TemplateNode value) in Properties.Entries.Where(static property => property.Value is not TemplateNull))
        {
            properties.Set(key, value);
        }

        node["Properties"] = properties;
        return node;
    }

    [GeneratedRegex("^[A-Za-z0-9]+\n?$")]
    private static partial Regex LogicalIds();
}
