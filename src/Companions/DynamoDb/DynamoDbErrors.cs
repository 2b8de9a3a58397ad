using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>DynamoDB's errors with its codes and texts.</summary>
public static class DynamoDbErrors
{
    private const string OneOrMore = "One or more parameter values were invalid: ";

    public static AwsError Validation(string message) => Of("ValidationException", message);

    /// <summary>The text that most of DynamoDB's refusals begin with.</summary>
    public static AwsError Invalid(string message) => Validation(OneOrMore + message);

    public static AwsError NotFound() => Of("ResourceNotFoundException", "Requested resource not found");

    public static AwsError TableNotFound(string name) => Of("ResourceNotFoundException", $"Requested resource not found: Table: {name} not found");

    public static AwsError TableExists(string name) => Of("ResourceInUseException", $"Table already exists: {name}");

    public static AwsError TableProtected(string arn) => Validation(
        $"Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. Resource: {arn}");

    public static AwsError IndexNotFound(string name) => Validation($"The table does not have the specified index: {name}");

    public static AwsError KeyMismatch() => Validation("The provided key element does not match the schema");

    public static AwsError ConditionFailed() => Of("ConditionalCheckFailedException", "The conditional request failed");

    public static AwsError IdempotentMismatch() => Of(
        "IdempotentParameterMismatchException", "Request ignored because client used the same client request token with different parameters");

    public static AwsError NotServed(string what) => Validation($"Lamina does not serve {what} yet (docs/not-served.txt lists what it does not serve).");

    internal static AwsError Of(string code, string message) => new(code, 400, message, AwsErrorBody.LowerMessageOnly);
}
