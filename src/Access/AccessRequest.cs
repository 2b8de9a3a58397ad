using Lamina.Contract;

namespace Lamina.Access;

/// <summary>Keys of conditions that are known here, as AWS spells them; AWS compares keys without regard to case.</summary>
public static class ConditionKeys
{
    public const string PrincipalOrgId = "aws:PrincipalOrgID";
}

/// <summary>What a caller wants to do with which resource.</summary>
/// <param name="OrganizationId">The organisation that the caller's account belongs to.</param>
public sealed record AccessRequest(Caller Caller, string Action, string Resource, string? OrganizationId)
{
    /// <summary>The value of a condition's key in this request; null when the request has none.</summary>
    internal string? Value(string key) =>
        key.Equals(ConditionKeys.PrincipalOrgId, StringComparison.OrdinalIgnoreCase) ? OrganizationId : null;
}
