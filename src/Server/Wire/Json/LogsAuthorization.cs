using Lamina.Access.Policies;
using Lamina.Contract;

namespace Lamina.Server.Wire.Json;

/// <summary>Whether the caller's policies allow an operation of CloudWatch Logs.</summary>
internal sealed class LogsAuthorization(IdentityAuthorizer authorizer, TimeProvider time)
{
    /// <summary>Throws AWS's AccessDeniedException.</summary>
    public void Check(JsonCall call, string operation)
    {
        PolicyContext context = new(call.Caller, $"logs:{operation}", ResourceOf(call), RequestValues.Of(call.Caller, time.GetUtcNow()));
        (IdentityVerdict verdict, string reason) = authorizer.Decide(context);
        if (verdict != IdentityVerdict.Allowed)
        {
            throw new AwsError("AccessDeniedException", 400, IdentityAuthorizer.Refusal(context, reason), AwsErrorBody.LowerMessageOnly);
        }
    }

    /// <summary>A group's ARN as policies have it ends in its stream, or in nothing for the group itself.</summary>
    private static string ResourceOf(JsonCall call)
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
