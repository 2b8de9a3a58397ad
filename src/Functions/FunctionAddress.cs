using Lamina.Contract;

namespace Lamina.Functions;

/// <summary>Turns what a request calls a function into one function of the caller, or AWS's error.</summary>
internal static class FunctionAddress
{
    private const string Pattern =
        @"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
        + @"([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";

    /// <param name="action">The IAM action, for the text that refuses other accounts, for example <c>lambda:GetFunction</c>.</param>
    public static FunctionReference Parse(Caller caller, string nameOrArn, string? qualifier, string action)
    {
        FunctionReference reference = Read(caller, nameOrArn, qualifier);
        return reference.Function.Account == caller.Account ? reference : throw Denied(caller, reference, action);
    }

    /// <summary>As <see cref="Parse"/>, of whichever account: for operations that a resource policy may allow to others.</summary>
    public static FunctionReference Read(Caller caller, string nameOrArn, string? qualifier)
    {
        if (!FunctionReference.TryParse(nameOrArn, caller, out FunctionReference? reference))
        {
            throw AwsError.Validation(
                $"1 validation error detected: Value '{nameOrArn}' at 'functionName' failed to satisfy constraint: "
                + $"Member must satisfy regular expression pattern: {Pattern}");
        }

        FunctionArn function = reference.Function;
        if (function.Region != caller.Region)
        {
            throw AwsError.ResourceNotFound(
                $"Functions from '{function.Region}' are not reachable in this region ('{caller.Region}')");
        }

        if (qualifier is not null && reference.Qualifier is not null && qualifier != reference.Qualifier)
        {
            throw AwsError.InvalidParameterValue("The derived qualifier from the function name does not match the specified qualifier.");
        }

        return reference with { Qualifier = qualifier ?? reference.Qualifier };
    }

    public static AwsError Denied(Caller caller, FunctionReference reference, string action) => AwsError.AccessDenied(
        $"User: {caller.PrincipalArn} is not authorized to perform: {action} on resource: {reference} "
        + $"because no resource-based policy allows the {action} action");

    public static AwsError NotFound(FunctionArn function, string? qualifier) =>
        AwsError.ResourceNotFound($"Function not found: {(qualifier is null ? function.ToString() : function.Qualified(qualifier))}");
}
