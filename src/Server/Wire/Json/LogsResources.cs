using Lamina.Access.Policies;
using Lamina.Contract;

namespace Lamina.Server.Wire.Json;

/// <summary>What an operation of CloudWatch Logs is about, as policies name it.</summary>
internal static class LogsResources
{
    public static Action<JsonCall, string> Authorization(IdentityAuthorizer authorizer, TimeProvider time)
    {
        ServiceAuthorization authorization = new(
            "logs", authorizer, time, static message => new AwsError("AccessDeniedException", 400, message, AwsErrorBody.LowerMessageOnly));
        return (call, operation) => authorization.Check(call.Caller, operation, Of(call));
    }

    /// <summary>A group's ARN as policies have it ends in its stream, or in nothing for the group itself.</summary>
    private static string Of(JsonCall call)
    {
        string name = call.Request.Text("logGroupName") ?? call.Request.Text("logGroupIdentifier") ?? call.Request.Text("resourceArn") ?? "*";
        if (name.StartsWith("arn:", StringComparison.Ordinal))
        {
            return name;
        }

        string stream = call.Request.Text("logStreamName") ?? "";
        return $"arn:aws:logs:{call.Caller.Region}:{call.Caller.Account}:log-group:{name}:log-stream:{stream}";
    }
}
