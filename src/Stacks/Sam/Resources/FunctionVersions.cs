using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>The version and the alias that AutoPublishAlias asks for. The version's id is a hash over what must publish a new one.</summary>
internal sealed partial class FunctionVersions(SamDefinition definition, SamContext context)
{
    private readonly string _id = definition.LogicalId;

    public (GeneratedResource? Version, GeneratedResource? Alias) Build(GeneratedResource function)
    {
        TemplateNode? asked = definition["AutoPublishAlias"];
        if (definition["ProvisionedConcurrencyConfig"] is { IsTruthy: true } && asked is not { IsTruthy: true })
        {
            throw Fault("To set ProvisionedConcurrencyConfig AutoPublishALias must be defined on the function", "ProvisionedConcurrencyConfig");
        }

        if (asked is not { IsTruthy: true })
        {
            return (null, null);
        }

        string name = (context.Parameters.Resolve(asked) as TemplateText
            ?? throw Fault("'AutoPublishAlias' must be a string or a Ref to a template parameter", "AutoPublishAlias")).Value;
        string? codeHash = CodeHash(function);
        GeneratedResource version = Version(function, codeHash);
        return (version, Alias(name, function, version));
    }

    private SamResourceException Fault(string message, string path) => new(_id, message, path, definition[path]?.Position ?? default);

    /// <summary>
    /// A hash that the template gives stands in the description too: the function must change for a version to be published.
    /// </summary>
    private string? CodeHash(GeneratedResource function)
    {
        if (definition["AutoPublishCodeSha256"] is not { IsTruthy: true } given)
        {
            return null;
        }

        TemplateText hash = context.Parameters.Resolve(given) as TemplateText
            ?? throw Fault("AutoPublishCodeSha256 must be a string", "AutoPublishCodeSha256");
        TemplateNode? description = context.Parameters.Resolve(definition["Description"]);
        function["Description"] = description switch
        {
            null or { IsTruthy: false } => hash,
            TemplateText text => $"{text.Value} {hash.Value}",
            _ => Intrinsic.Join(" ", new TemplateList([description, hash])),
        };
        return hash.Value;
    }

    private GeneratedResource Version(GeneratedResource function, string? codeHash)
    {
        TemplateMap hashed = Hashed(function);
        string prefix = $"{_id}Version";
        TemplateMap attributes = definition.PassedAttributes;
        if (!attributes.Has("DeletionPolicy"))
        {
            attributes["DeletionPolicy"] = definition["VersionDeletionPolicy"]
                ?? (definition["CapacityProviderConfig"] is null ? "Retain" : "Delete");
        }

        GeneratedResource version = new(
            "AWS::Lambda::Version", string.IsNullOrEmpty(codeHash) ? LogicalIds.Of(prefix, hashed) : LogicalIds.WithHash(prefix, codeHash), attributes);
        version["FunctionName"] = function.Reference;
        version["Description"] = definition["VersionDescription"];
        version["FunctionScalingConfig"] = definition["CapacityProviderConfig"] is null ? null : definition["FunctionScalingConfig"];
        return version;
    }

    /// <summary>References to parameters are resolved within the code itself, so that their values count.</summary>
    private TemplateMap Hashed(GeneratedResource function)
    {
        TemplateNode resolved = context.Parameters.Resolve(function["Code"]!);
        TemplateMap code = resolved as TemplateMap ?? throw new TemplateShapeException(resolved, "map");
        TemplateMap hashed = new();
        if (definition["AutoPublishAliasAllProperties"] is { IsTruthy: true })
        {
            hashed.Merge((TemplateMap)function.ToNode()["Properties"]!);
            AddPublishingLayers(hashed, function["Layers"]);
            return hashed;
        }

        hashed.Merge(code);
        if (function["Environment"] is TemplateMap environment)
        {
            hashed.Merge(environment);
        }

        if (function["MemorySize"] is { IsTruthy: true } memory)
        {
            hashed["MemorySize"] = memory;
        }

        if (function["SnapStart"] is TemplateMap { Count: > 0 } snapStart && snapStart.Has("ApplyOn") && !TemplateNode.Same(snapStart["ApplyOn"], "None"))
        {
            hashed["SnapStart"] = snapStart;
        }

        return hashed;
    }

    /// <summary>A layer of the template with PublishLambdaVersion publishes the functions that have it.</summary>
    private void AddPublishingLayers(TemplateMap hashed, TemplateNode? layers)
    {
        foreach (string layerId in (layers as TemplateList)?.Select(Intrinsic.LogicalIdOf).OfType<string>() ?? [])
        {
            if (context.OutputResources[layerId] is TemplateMap layer && layer["Properties"] is TemplateMap properties
                && properties["PublishLambdaVersion"] is { IsTruthy: true })
            {
                hashed[layerId] = properties;
            }
        }
    }

    private GeneratedResource Alias(string name, GeneratedResource function, GeneratedResource version)
    {
        if (name.Length == 0)
        {
            throw Fault("Alias name is required to create an alias", "AutoPublishAlias");
        }

        if (!AliasName().IsMatch(name))
        {
            throw Fault(
                $"AutoPublishAlias name ('{name}') must contain only alphanumeric characters, hyphens, or underscores matching (?!^[0-9]+$)([a-zA-Z0-9-_]+) pattern.",
                "AutoPublishAlias");
        }

        string letters = name.Replace("-", "D", StringComparison.Ordinal).Replace("_", "U", StringComparison.Ordinal);
        GeneratedResource alias = new("AWS::Lambda::Alias", $"{_id}Alias{letters}", definition.PassedAttributes);
        alias["Name"] = name;
        alias["FunctionName"] = function.Reference;
        alias["FunctionVersion"] = Intrinsic.GetAtt(version.LogicalId, "Version");
        alias["ProvisionedConcurrencyConfig"] = definition["ProvisionedConcurrencyConfig"] is { IsTruthy: true } provisioned ? provisioned : null;
        return alias;
    }

    [GeneratedRegex(@"\A(?!^[0-9]+$)([a-zA-Z0-9\-_]+)$")]
    private static partial Regex AliasName();
}
