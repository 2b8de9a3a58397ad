using Lamina.Contract;

namespace Lamina.Companions.Logs;

/// <summary>CloudWatch Logs' errors with its codes and texts.</summary>
public static class LogsErrors
{
    public static AwsError GroupNotFound() => NotFound("The specified log group does not exist.");

    public static AwsError StreamNotFound() => NotFound("The specified log stream does not exist.");

    public static AwsError GroupExists() => Exists("The specified log group already exists");

    public static AwsError StreamExists() => Exists("The specified log stream already exists");

    public static AwsError InvalidParameter(string message) => new("InvalidParameterException", 400, message, AwsErrorBody.LowerMessageOnly);

    public static AwsError Protected() => new(
        "ValidationException",
        400,
        "Cannot delete log group with deletion protection enabled. Please disable deletion protection first.",
        AwsErrorBody.LowerMessageOnly);

    private static AwsError NotFound(string message) => new("ResourceNotFoundException", 400, message, AwsErrorBody.LowerMessageOnly);

    private static AwsError Exists(string message) => new("ResourceAlreadyExistsException", 400, message, AwsErrorBody.LowerMessageOnly);
}
