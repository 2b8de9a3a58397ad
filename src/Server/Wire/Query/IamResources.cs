using Lamina.Access.Identities;
using Lamina.Access.Policies;
using Lamina.Contract;

namespace Lamina.Server.Wire.Query;

/// <summary>What an operation of IAM is about, as policies name it.</summary>
internal static class IamResources
{
    public static Action<QueryCall, string> Authorization(IdentityAuthorizer authorizer, IdentityStore identities, TimeProvider time)
    {
        ServiceAuthorization authorization = new(
            "iam", authorizer, time, static message => new AwsError("AccessDenied", 403, message, AwsErrorBody.LowerMessageOnly));
        return (call, operation) => authorization.Check(call.Caller, operation, Of(call, operation, identities));
    }

    /// <summary>One that is still to be made has the ARN that it will have.</summary>
    private static string Of(QueryCall call, string operation, IdentityStore identities)
    {
        AccountId account = call.Caller.Account;
        string path = call.Request.Text("Path") ?? "/";
        return call.Request.Text("RoleName") is { } role ? identities.FindRole(account, role)?.Arn ?? $"arn:aws:iam::{account}:role{path}{role}"
            : call.Request.Text("UserName") is { } user ? identities.FindUser(account, user)?.Arn ?? $"arn:aws:iam::{account}:user{path}{user}"
            : call.Request.Text("PolicyArn") is { } arn ? arn
            : operation == "CreatePolicy" ? $"arn:aws:iam::{account}:policy{path}{call.Request.Text("PolicyName")}"
            : "*";
    }
}
