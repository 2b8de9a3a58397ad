using Lamina.Contract;

namespace Lamina.Stacks.Evaluation;

/// <summary>CloudFormation's errors.</summary>
internal static class StackErrors
{
    public static AwsError Validation(string message) => Of("ValidationError", 400, message);

    public static AwsError Format(string message) => Validation($"Template format error: {message}");

    public static AwsError Template(string message) => Validation($"Template error: {message}");

    public static AwsError AlreadyExists(string stackName) => Of("AlreadyExistsException", 400, $"Stack [{stackName}] already exists");

    /// <summary>Of a read; changes say it without the "with id".</summary>
    public static AwsError NoStack(string nameOrId) => Validation($"Stack with id {nameOrId} does not exist");

    public static AwsError NoStackToChange(string nameOrId) => Validation($"Stack [{nameOrId}] does not exist");

    public static AwsError NoChangeSet(string nameOrId) => Of("ChangeSetNotFound", 404, $"ChangeSet [{nameOrId}] does not exist");

    public static AwsError ChangeSetStatus(string message) => Of("InvalidChangeSetStatus", 400, message);

    public static AwsError ChangeSetExists(string name) => Of("AlreadyExistsException", 400, $"ChangeSet {name} cannot be created due to a mismatch with existing attribute Template");

    public static AwsError InsufficientCapabilities(string capability) =>
        Of("InsufficientCapabilitiesException", 400, $"Requires capabilities : [{capability}]");

    public static AwsError NoUpdates() => Validation("No updates are to be performed.");

    public static AwsError TokenUsed(string token) =>
        Of("TokenAlreadyExistsException", 400, $"A client request token {token} was used for another operation on this stack already.");

    private static AwsError Of(string code, int status, string message) => new(code, status, message, AwsErrorBody.LowerMessageOnly);
}
