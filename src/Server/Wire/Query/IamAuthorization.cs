using Lamina.Access.Identities;
using Lamina.Access.Policies;
using Lamina.Contract;

namespace Lamina.Server.Wire.Query;

/// <summary>Whether the caller's policies allow an operation of IAM.</summary>
internal sealed class IamAuthorization(IdentityAuthorizer authorizer, IdentityStore identities, TimeProvider time)
{
    public void Check(QueryCall call, string operation)
    {
        PolicyContext context = new(call.Caller, $"iam:{operation}", ResourceOf(call, operation), RequestValues.Of(call.Caller, time.GetUtcNow()));
        (IdentityVerdict verdict, string reason) = authorizer.Decide(context);
        if (verdict != IdentityVerdict.Allowed)
        {
            throw new AwsError("AccessDenied", 403, IdentityAuthorizer.Refusal(context, reason), AwsErrorBody.LowerMessageOnly);
        }
    }

    /// <summary>One that is still to be made has the ARN that it will have.</summary>
    private string ResourceOf(QueryCall call, string operation)
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
