using System.Globalization;
using Lamina.Contract;

namespace Lamina.Companions.Ssm;

/// <summary>Parameter Store's errors with its codes and texts.</summary>
public static class SsmErrors
{
    public static AwsError Validation(string message) => Of("ValidationException", message);

    /// <summary>AWS says nothing more.</summary>
    public static AwsError NotFound() => Of("ParameterNotFound", "");

    public static AwsError VersionNotFound(string name, string versionOrLabel) => Of(
        "ParameterVersionNotFound", $"Systems Manager could not find version {versionOrLabel} of {name}. Verify the version and try again.");

    public static AwsError AlreadyExists() => Of(
        "ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");

    public static AwsError PatternMismatch(string pattern) => Of(
        "ParameterPatternMismatchException", $"Parameter value, cannot be validated against allowedPattern: {pattern}");

    public static AwsError InvalidPattern() => Of("InvalidAllowedPatternException", "The allowed pattern is not a valid regular expression.");

    public static AwsError TooDeep() => Of(
        "HierarchyLevelLimitExceededException",
        string.Create(CultureInfo.InvariantCulture, $"Hierarchical parameters are limited to {Limits.ParameterLevels} levels."));

    public static AwsError OldestIsLabelled(string name, long version) => Of(
        "ParameterMaxVersionLimitExceeded",
        $"You attempted to create a new version of {name} by calling the PutParameter API with the overwrite flag. "
        + string.Create(CultureInfo.InvariantCulture, $"Version {version}, the oldest version, can't be deleted because it has a label associated with it. ")
        + "Move the label to another version of the parameter, and try again.");

    public static AwsError TooManyLabels() => Of(
        "ParameterVersionLabelLimitExceeded",
        string.Create(CultureInfo.InvariantCulture, $"A parameter version can have maximum {Limits.LabelsPerParameterVersion} labels.")
        + " Move one or more labels to another version and try again.");

    public static AwsError TooManyTags() => Of("TooManyTagsError", "The Targets parameter includes too many tags.");

    public static AwsError InvalidResourceId() => Of("InvalidResourceId", "Invalid Resource Id");

    public static AwsError InvalidResourceType() => Of("InvalidResourceType", "Invalid Resource Type");

    public static AwsError InvalidKey(string keyId) => Of("InvalidKeyId", $"Invalid keyId {keyId}");

    public static AwsError UnsupportedType(string dataType) => Of(
        "ValidationException", $"The following data type is not supported: {dataType} (Data type names are all lowercase.)");

    public static AwsError InvalidToken() => Of("InvalidNextToken", "The specified token is not valid.");

    public static AwsError InvalidFilterKey(string message) => Of("InvalidFilterKey", message);

    public static AwsError InvalidFilterOption(string message) => Of("InvalidFilterOption", message);

    public static AwsError InvalidFilterValue(string message) => Of("InvalidFilterValue", message);

    public static AwsError Reserved(string name) => Of("AccessDeniedException", $"No access to reserved parameter name: {name}.");

    private static AwsError Of(string code, string message) => new(code, 400, message, AwsErrorBody.LowerMessageOnly);
}
