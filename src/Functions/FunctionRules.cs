using System.Collections.Immutable;
using System.Globalization;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Layers;

namespace Lamina.Functions;

/// <summary>
/// The rules of functions that AWS's model does not state (those it states are checked before a request gets here), with AWS's texts.
/// </summary>
internal static class FunctionRules
{
    public static void Check(CreateFunctionRequest request, ArchiveUpload code)
    {
        RefuseUnserved(request.PublishTo is not null, "PublishTo");
        RefuseUnserved(request.TenancyConfig is not null, "TenancyConfig");
        RefuseUnserved(request.CapacityProviderConfig is not null, "CapacityProviderConfig");
        RefuseUnserved(request.DurableConfig is not null, "DurableConfig");
        bool isImage = request.PackageType == "Image";
        CheckImageConfig(isImage, request.ImageConfig);
        if (isImage)
        {
            RefuseZipSettings(request.Runtime, request.Handler, request.Layers);
        }
        else if (string.IsNullOrEmpty(request.Runtime) || string.IsNullOrEmpty(request.Handler))
        {
            throw AwsError.InvalidParameterValue(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.");
        }
        else
        {
            RuntimeIds.Check(request.Runtime);
        }

        CheckSnapStart(request.SnapStart?.ApplyOn, isImage ? null : request.Runtime);
        CheckNumbers(request.Timeout, request.MemorySize);
        CheckVariables(request.Environment);
        TagRules.Check(request.Tags);
        CheckCodeSource(isImage, code, request.Code?.ImageUri, "creating");
    }

    public static void Check(FunctionVersion latest, UpdateFunctionConfigurationRequest request)
    {
        CheckImageConfig(latest.Image is not null, request.ImageConfig);
        if (latest.Image is not null)
        {
            RefuseZipSettings(request.Runtime, request.Handler, request.Layers);
        }

        RefuseUnserved(request.CapacityProviderConfig is not null, "CapacityProviderConfig");
        RefuseUnserved(request.DurableConfig is not null, "DurableConfig");
        if (request.Runtime is not null)
        {
            RuntimeIds.Check(request.Runtime);
        }

        if (request.SnapStart is not null || request.Runtime is not null)
        {
            CheckSnapStart(request.SnapStart?.ApplyOn ?? latest.Settings.SnapStartApplyOn, request.Runtime ?? latest.Runtime);
        }

        CheckNumbers(request.Timeout, request.MemorySize);
        CheckVariables(request.Environment);
    }

    public static void Check(FunctionVersion latest, UpdateFunctionCodeRequest request, ArchiveUpload code)
    {
        RefuseUnserved(request.PublishTo is not null, "PublishTo");
        CheckCodeSource(latest.Image is not null, code, request.ImageUri, "updating");
    }

    public static void Check(PublishVersionRequest request) => RefuseUnserved(request.PublishTo is not null, "PublishTo");

    /// <summary>The name in a create request; a longer one is not found by the model's check because an ARN may be as long as that.</summary>
    public static void CheckNewName(string name)
    {
        if (name.Length > Limits.FunctionNameLength)
        {
            // This one case of a failed constraint has the code InvalidParameterValueException (recorded).
            throw AwsError.InvalidParameterValue(
                $"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
                + $"Member must have length less than or equal to {Limits.FunctionNameLength}");
        }
    }

    public static void CheckCombinedSize(StoredArchive? code, ImmutableArray<LayerReference> layers)
    {
        long bytes = (code?.UnzippedBytes ?? 0) + layers.Sum(static layer => layer.Content.UnzippedBytes);
        if (bytes > Limits.UnzippedBytes)
        {
            throw AwsError.InvalidParameterValue(
                $"Function code combined with layers exceeds the maximum allowed size of {Limits.UnzippedBytes} bytes. "
                + $"The actual size is {bytes} bytes.");
        }
    }

    /// <param name="runtime">Null for a container image.</param>
    private static void CheckSnapStart(string? applyOn, string? runtime)
    {
        if (applyOn == FunctionSettings.PublishedVersions && (runtime is null || !RuntimeIds.MayHaveSnapStart(runtime)))
        {
            // The texts are those of public reports.
            throw AwsError.InvalidParameterValue($"{runtime ?? "ContainerImage"} is not supported for SnapStart enabled functions.");
        }
    }

    // The model's own maxima (32,768 MB, 5,400 s) are those of managed instances.
    private static void CheckNumbers(int? timeoutSeconds, int? memorySizeMiB)
    {
        CheckAtMost(timeoutSeconds, "timeout", Limits.TimeoutSeconds);
        CheckAtMost(memorySizeMiB, "memorySize", Limits.MemorySizeMiB);
    }

    private static void CheckAtMost(int? value, string member, int maximum)
    {
        if (value > maximum)
        {
            throw AwsError.Validation(string.Create(
                CultureInfo.InvariantCulture,
                $"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must have value less than or equal to {maximum}"));
        }
    }

    private static void CheckVariables(Lamina.Contract.Lambda.Environment? environment)
    {
        if (environment?.Variables is { } variables)
        {
            VariableRules.Check(variables);
        }
    }

    private static void CheckCodeSource(bool isImage, ArchiveUpload code, string? imageUri, string doing)
    {
        if (isImage)
        {
            // One text for whatever was sent instead (recorded).
            if (string.IsNullOrEmpty(imageUri) || !code.IsEmpty)
            {
                throw AwsError.InvalidParameterValue($"Please provide ImageUri when {doing} a function with packageType Image.");
            }

            return;
        }

        if (imageUri is not null)
        {
            throw AwsError.InvalidParameterValue($"Please don't provide ImageUri when {doing} a function with packageType Zip.");
        }

        if (code.IsEmpty)
        {
            throw AwsError.InvalidParameterValue("Please provide a source for function code.");
        }
    }

    // The text is that of public reports.
    private static void RefuseZipSettings(string? runtime, string? handler, IReadOnlyList<string>? layers)
    {
        if (runtime is not null || handler is not null || layers is { Count: > 0 })
        {
            throw AwsError.InvalidParameterValue(
                "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.");
        }
    }

    private static void CheckImageConfig(bool isImage, ImageConfig? config)
    {
        if (config is not null && !isImage)
        {
            throw AwsError.InvalidParameterValue("Please don't provide ImageConfig when the intended function PackageType is Zip.");
        }
    }

    private static void RefuseUnserved(bool asked, string what)
    {
        if (asked)
        {
            throw AwsError.InvalidParameterValue($"Lamina does not serve this yet: {what}.");
        }
    }
}
