using Lamina.Contract;

namespace Lamina.Access;

/// <summary>Keys of conditions that are known here, as AWS spells them; AWS compares keys without regard to case.</summary>
public static class ConditionKeys
{
    public const string PrincipalOrgId = "aws:PrincipalOrgID";

    public const string SourceArn = "AWS:SourceArn";

    public const string SourceAccount = "AWS:SourceAccount";

    public const string EventSourceToken = "lambda:EventSourceToken";

    public const string FunctionUrlAuthType = "lambda:FunctionUrlAuthType";

    public const string InvokedViaFunctionUrl = "lambda:InvokedViaFunctionUrl";
}

/// <summary>What a caller wants to do with which resource.</summary>
/// <param name="OrganizationId">The organisation that the caller's account belongs to.</param>
public sealed record AccessRequest(Caller Caller, string Action, string Resource, string? OrganizationId)
{
    /// <summary>
    /// No policy of the caller's own allows it. A statement for the whole account leaves the decision to those; one for the caller itself,
    /// or for everyone, makes up for them.
    /// </summary>
    public bool IsLeftToStatementsByName { get; init; }

    /// <summary>The service that asks, for example <c>s3.amazonaws.com</c>; null when the caller asks in its own name.</summary>
    public string? Service { get; init; }

    /// <summary>For which resource the service asks.</summary>
    public string? SourceArn { get; init; }

    /// <summary>For whose resource the service asks.</summary>
    public string? SourceAccount { get; init; }

    public string? EventSourceToken { get; init; }

    public string? FunctionUrlAuthType { get; init; }

    /// <summary><c>true</c> when it comes through a function URL.</summary>
    public string? InvokedViaFunctionUrl { get; init; }

    /// <summary>The value of a condition's key in this request; null when the request has none.</summary>
    internal string? Value(string key) =>
        Is(key, ConditionKeys.PrincipalOrgId) ? OrganizationId
        : Is(key, ConditionKeys.SourceArn) ? SourceArn
        : Is(key, ConditionKeys.SourceAccount) ? SourceAccount
        : Is(key, ConditionKeys.EventSourceToken) ? EventSourceToken
        : Is(key, ConditionKeys.FunctionUrlAuthType) ? FunctionUrlAuthType
        : Is(key, ConditionKeys.InvokedViaFunctionUrl) ? InvokedViaFunctionUrl
        : null;

    private static bool Is(string key, string known) => key.Equals(known, StringComparison.OrdinalIgnoreCase);
}
