using Lamina.Access.Policies;
using Lamina.Contract;

namespace Lamina.Server.Wire;

/// <summary>Whether the caller's policies allow an operation of a service whose actions have its operations' names.</summary>
/// <param name="prefix">Of the service's actions: iam, logs.</param>
/// <param name="refuse">The service's error for what is not allowed.</param>
internal sealed class ServiceAuthorization(string prefix, IdentityAuthorizer authorizer, TimeProvider time, Func<string, AwsError> refuse)
{
    /// <summary>Throws the service's error.</summary>
    /// <param name="resource">An ARN, or <c>*</c>.</param>
    public void Check(Caller caller, string operation, string resource)
    {
        PolicyContext context = new(caller, $"{prefix}:{operation}", resource, RequestValues.Of(caller, time.GetUtcNow()));
        (IdentityVerdict verdict, string reason) = authorizer.Decide(context);
        if (verdict != IdentityVerdict.Allowed)
        {
            throw refuse(IdentityAuthorizer.Refusal(context, reason));
        }
    }
}
