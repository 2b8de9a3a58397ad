using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>Who may use a layer: its own account.</summary>
internal static class LayerAccess
{
    public static void Require(Caller caller, AccountId owner, string action, string resource)
    {
        if (caller.Account != owner)
        {
            throw AwsError.AccessDenied(
                $"User: {caller.PrincipalArn} is not authorized to perform: {action} on resource: {resource} "
                + $"because no resource-based policy allows the {action} action");
        }
    }
}
