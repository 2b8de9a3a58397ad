using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Stacks.Engine;

/// <summary>Words what went wrong with a resource as CloudFormation does.</summary>
internal static class ResourceFailure
{
    /// <summary>Whether an exception is the resource's own failure; others end the run as a crash would, and it goes on at the next start.</summary>
    public static bool IsOfResource(Exception error) => error is not (OperationCanceledException or CatalogException or ObjectDisposedException);

    public static string ReasonOf(Exception error, string token) => error switch
    {
        // What the template has wrong, and what a custom resource says, stands for itself.
        AwsError { Code: "ValidationError" } fault => fault.Message,
        AwsError fault => $"Resource handler returned message: \"{fault.Message}\" (RequestToken: {token}, HandlerErrorCode: {HandlerCodeOf(fault)})",
        _ => $"Internal Failure: {error.Message}",
    };

    private static string HandlerCodeOf(AwsError error) => error switch
    {
        { Status: 404 } => "NotFound",
        { Status: 409 } => "AlreadyExists",
        { Status: 403 } => "AccessDenied",
        { Status: 429 } => "Throttling",
        { Status: >= 500 } => "ServiceInternalError",
        _ when error.Code.Contains("AlreadyExists", StringComparison.Ordinal) => "AlreadyExists",
        _ => "InvalidRequest",
    };
}
