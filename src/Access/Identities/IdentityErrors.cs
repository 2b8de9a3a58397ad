using Lamina.Contract;

namespace Lamina.Access.Identities;

/// <summary>IAM's errors, in its codes and texts.</summary>
internal static class IdentityErrors
{
    public static AwsError NoRole(string name) => NoSuchEntity($"The role with name {name} cannot be found.");

    public static AwsError NoUser(string name) => NoSuchEntity($"The user with name {name} cannot be found.");

    public static AwsError NoPolicy(string arn) => NoSuchEntity($"Policy {arn} was not found.");

    public static AwsError NoSuchEntity(string message) => Error("NoSuchEntity", 404, message);

    public static AwsError AlreadyExists(string message) => Error("EntityAlreadyExists", 409, message);

    public static AwsError DeleteConflict(string message) => Error("DeleteConflict", 409, message);

    public static AwsError LimitExceeded(string message) => Error("LimitExceeded", 409, message);

    public static AwsError Malformed(string message) => Error("MalformedPolicyDocument", 400, message);

    public static AwsError InvalidInput(string message) => Error("InvalidInput", 400, message);

    public static AwsError Validation(string message) => Error("ValidationError", 400, message);

    private static AwsError Error(string code, int status, string message) => new(code, status, message, AwsErrorBody.LowerMessageOnly);
}
