using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Lambda::Function from the properties of a SAM function.</summary>
internal sealed class FunctionCode(SamDefinition definition, SamContext context)
{
    private const string Zip = "Zip";
    private const string Image = "Image";

    private static readonly string[] SameName =
    [
        "Handler", "Runtime", "Description", "MemorySize", "Timeout", "VpcConfig", "Role", "Environment", "KmsKeyArn",
        "ReservedConcurrentExecutions", "Layers", "FileSystemConfigs", "ImageConfig", "PackageType", "Architectures", "SnapStart",
        "EphemeralStorage", "CodeSigningConfigArn", "RuntimeManagementConfig", "LoggingConfig", "TenancyConfig", "RecursiveLoop",
        "DurableConfig", "PublishToLatestPublished",
    ];

    private readonly string _id = definition.LogicalId;

    public static bool IsTraced(TemplateNode? tracing, SamContext context) =>
        tracing is { IsTruthy: true } && !TemplateNode.Same(context.Parameters.Resolve(tracing), "Disabled");

    public GeneratedResource Build()
    {
        GeneratedResource function = new("AWS::Lambda::Function", _id, definition.Attributes, definition.DependsOn)
        {
            IsUnicodeId = context.SourceResources.KeyOf(_id).IsUnicode,
        };
        function["FunctionName"] = definition["FunctionName"] is { IsTruthy: true } name ? name : null;
        foreach (string property in SameName)
        {
            function[property] = definition[property];
        }

        function["Code"] = Code();
        function["Tags"] = Tags.WithSam(_id, definition["Tags"] as TemplateMap);
        function["TracingConfig"] = IsTraced(definition["Tracing"], context) ? new TemplateMap { ["Mode"] = definition["Tracing"] } : null;
        function["DeadLetterConfig"] = definition["DeadLetterQueue"] is TemplateMap { Count: > 0 } queue
            ? new TemplateMap { ["TargetArn"] = queue["TargetArn"] } : null;
        function["CapacityProviderConfig"] = definition["CapacityProviderConfig"] is TemplateMap { Count: > 0 } provider
            ? CapacityProviderSettings.OfFunction(_id, provider) : null;
        function["FunctionScalingConfig"] = definition["FunctionScalingConfig"] is { IsTruthy: true } scaling ? scaling : null;
        CheckPackage(function);
        return function;
    }

    private SamResourceException Fault(string message, string? path = null) => new(_id, message, path);

    private TemplateMap Code()
    {
        TemplateNode package = definition["PackageType"] is { IsTruthy: true } given ? given : Zip;
        if (TemplateNode.Same(package, Image))
        {
            TemplateNode image = definition["ImageUri"] ?? throw Fault("'ImageUri' must be set.", "ImageUri");
            return image.IsTruthy ? new TemplateMap { ["ImageUri"] = image }
                : throw Fault("'ImageUri' requires that a image hosted at a registry be specified.", "ImageUri");
        }

        if (!TemplateNode.Same(package, Zip))
        {
            throw Fault($"invalid 'PackageType' : {Python27.Print(package)}", "PackageType");
        }

        if (definition["InlineCode"] is null && definition["CodeUri"] is null)
        {
            throw Fault("Only one of 'InlineCode' or 'CodeUri' can be set.");
        }

        TemplateMap code = definition["InlineCode"] is { } inline
            ? new TemplateMap { ["ZipFile"] = inline } : S3Location.OfCode(definition["CodeUri"], _id, "CodeUri");
        if (definition["SourceKMSKeyArn"] is { IsTruthy: true } key)
        {
            code["SourceKMSKeyArn"] = key;
        }

        return code;
    }

    private void CheckPackage(GeneratedResource function)
    {
        bool isImage = TemplateNode.Same(function["PackageType"], Image);
        bool hasImage = ((TemplateMap)function["Code"]!)["ImageUri"] is { IsTruthy: true };
        if (!isImage && !(IsGiven(function, "Runtime") && IsGiven(function, "Handler")))
        {
            throw Fault($"Runtime and Handler needs to be present when PackageType is of type `{Zip}`");
        }

        if (!isImage && (hasImage || IsGiven(function, "ImageConfig")))
        {
            throw Fault($"ImageUri or ImageConfig cannot be present when PackageType is of type `{Zip}`", "ImageConfig");
        }

        if (isImage && (IsGiven(function, "Handler") || IsGiven(function, "Runtime") || IsGiven(function, "Layers")))
        {
            throw Fault($"Runtime, Handler, Layers cannot be present when PackageType is of type `{Image}`");
        }
    }

    private static bool IsGiven(GeneratedResource function, string property) => function[property] is { IsTruthy: true };
}
