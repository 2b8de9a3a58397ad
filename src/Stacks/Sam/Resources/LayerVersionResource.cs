using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>
/// AWS::Serverless::LayerVersion. The id is a hash over the definition, so that another content makes another layer version under the
/// same name, and the former one may stay.
/// </summary>
internal sealed class LayerVersionResource(SamDefinition definition) : SamResource(definition)
{
    private static readonly string[] Retentions = ["Retain", "Delete"];

    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        foreach (string name in new[] { "LayerName", "LicenseInfo", "Description", "RetentionPolicy" })
        {
            Definition[name] = Resolved(name, context);
        }

        TemplateMap attributes = PassedAttributes;
        string? retention = Retention();
        if (retention is not null || !attributes.Has("DeletionPolicy"))
        {
            attributes["DeletionPolicy"] = retention ?? Retentions[0];
        }

        string before = LogicalId;
        LogicalId = LogicalIds.Of(before, Hashed());
        GeneratedResource layer = new("AWS::Lambda::LayerVersion", LogicalId, attributes, DependsOn);
        layer["LayerName"] = IsSet("LayerName") ? Property("LayerName") : before;
        layer["Description"] = Property("Description");
        layer["Content"] = S3Location.OfCode(Property("ContentUri"), LogicalId, "ContentUri");
        layer["CompatibleArchitectures"] = Property("CompatibleArchitectures");
        CheckArchitectures(Property("CompatibleArchitectures"));
        layer["CompatibleRuntimes"] = Property("CompatibleRuntimes");
        layer["LicenseInfo"] = Property("LicenseInfo");
        return [layer];
    }

    private TemplateNode? Resolved(string name, SamContext context)
    {
        if (Property(name) is not { IsTruthy: true } given)
        {
            return Property(name);
        }

        TemplateNode value = context.Parameters.Resolve(given);
        return value is TemplateText or TemplateMap ? value
            : throw Fault($"Could not resolve parameter for '{name}' or parameter is not a String.", name);
    }

    private string? Retention()
    {
        TemplateNode? given = Property("RetentionPolicy");
        if (Intrinsic.Is(given))
        {
            throw Fault(
                $"'RetentionPolicy' does not accept intrinsic functions, please use one of the following options: {Python27.Describe(Retentions)}",
                "RetentionPolicy");
        }

        return given switch
        {
            null => null,
            TemplateText text => Retentions.FirstOrDefault(one => one.Equals(text.Value, StringComparison.OrdinalIgnoreCase))
                ?? throw Fault($"'RetentionPolicy' must be one of the following options: {Python27.Describe(Retentions)}.", "RetentionPolicy"),
            _ => throw Fault(
                $"Invalid 'RetentionPolicy' type, please use one of the following options: {Python27.Describe(Retentions)}", "RetentionPolicy"),
        };
    }

    /// <summary>The definition, without attributes that do not change the layer.</summary>
    private TemplateMap Hashed()
    {
        TemplateMap definition = new() { ["Type"] = SamTypes.LayerVersion };
        if (DependsOn is { IsTruthy: true })
        {
            definition["DependsOn"] = DependsOn;
        }

        definition.Merge(Attributes);
        foreach (string attribute in new[] { "DeletionPolicy", "UpdateReplacePolicy", "Metadata" })
        {
            definition.Remove(attribute);
        }

        TemplateMap properties = new();
        foreach ((TemplateKey key, TemplateNode value) in Definition.Properties.Entries)
        {
            if (value is not TemplateNull)
            {
                properties.Set(key, value);
            }
        }

        definition["Properties"] = properties;
        return new TemplateMap { [LogicalId] = definition };
    }

    private void CheckArchitectures(TemplateNode? architectures)
    {
        foreach (TemplateNode one in architectures as TemplateList ?? [])
        {
            if (!Intrinsic.Is(one) && one is not TemplateText { Value: "arm64" or "x86_64" })
            {
                throw Fault("CompatibleArchitectures needs to be a list of 'x86_64' or 'arm64'", "CompatibleArchitectures");
            }
        }
    }
}
