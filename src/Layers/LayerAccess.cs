using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>What only a layer's own account may do, and AWS's words for those who may not.</summary>
internal static class LayerAccess
{
    public static void Require(Caller caller, AccountId owner, string action, string resource)
    {
        if (caller.Account != owner)
        {
            throw Denied(caller, action, resource, help: "");
        }
    }

    /// <param name="help">What AWS does not say, behind what it says.</param>
    public static AwsError Denied(Caller caller, string action, string resource, string help) => AwsError.AccessDenied(
        $"User: {caller.PrincipalArn} is not authorized to perform: {action} on resource: {resource} "
        + $"because no resource-based policy allows the {action} action{help}");

    public static void RequireNumber(LayerVersionArn arn)
    {
        if (arn.Version < 1)
        {
            throw AwsError.InvalidParameterValue("Layer Version Cannot be less than 1");
        }
    }
}
