using System.Collections.Immutable;
using Lamina.Access;
using Lamina.Access.Policies;
using Lamina.Contract;
using Lamina.Functions;
using Lamina.Functions.Urls;

namespace Lamina.Gateway;

/// <summary>
/// The one place that decides who may call a function URL. NONE: whom the policy of the function or alias lets in without asking who it is.
/// AWS_IAM: who signs, if of the function's own account or let in by that policy; where policies are enforced, the signer's own must allow it too.
/// </summary>
/// <param name="authorizer">Null when the policies of callers are not enforced.</param>
public sealed class UrlAccess(
    FunctionPermissions permissions, FunctionDirectory directory, Organizations organizations, IdentityAuthorizer? authorizer, TimeProvider time)
{
    private const string InvokeUrl = "lambda:InvokeFunctionUrl";
    private const string InvokeFunction = "lambda:InvokeFunction";

    /// <summary>AWS has asked for both since October 2025, of accounts with older URLs since November 2026; see decision 0019.</summary>
    private readonly string[] _actions = authorizer is null ? [InvokeUrl] : [InvokeUrl, InvokeFunction];

    /// <param name="signer">Null when nobody signed, or the URL asks nobody to.</param>
    /// <param name="sourceIp">Where the request comes from.</param>
    public bool Allows(FunctionUrl url, UrlSigner? signer, string sourceIp) => url.AuthType == "NONE"
        ? Array.TrueForAll(_actions, action => ByPolicy(Request(url, Nobody(url), action, organizationId: null) with { IsLeftToStatementsByName = true }, url))
        : signer is not null && Array.TrueForAll(_actions, action => Allows(url, signer.Caller, action, sourceIp));

    /// <summary>Null when the caller's account is in none.</summary>
    public string? OrganizationOf(Caller caller) => organizations.Of(caller.Account);

    private bool Allows(FunctionUrl url, Caller caller, string action, string sourceIp)
    {
        AccessRequest request = Request(url, caller, action, organizations.Of(caller.Account));
        bool isOwn = caller.Account.Value == url.Account;
        if (authorizer is null)
        {
            return isOwn || ByPolicy(request, url);
        }

        IdentityVerdict verdict = authorizer.Decide(new PolicyContext(caller, action, url.FunctionArn, ValuesOf(url, request, sourceIp))).Verdict;
        return isOwn
            ? verdict == IdentityVerdict.Allowed
                || (verdict == IdentityVerdict.NotAllowed && ByPolicy(request with { IsLeftToStatementsByName = true }, url))
            : verdict == IdentityVerdict.Allowed && ByPolicy(request, url);
    }

    private bool ByPolicy(AccessRequest request, FunctionUrl url) => permissions.Allows(new FunctionReference(url.Function, url.Alias), request);

    private static AccessRequest Request(FunctionUrl url, Caller caller, string action, string? organizationId) =>
        new(caller, action, url.FunctionArn, organizationId) { FunctionUrlAuthType = url.AuthType, InvokedViaFunctionUrl = "true" };

    /// <summary>Only statements for everyone mean it: no statement can name it, and those for accounts do not count.</summary>
    private static Caller Nobody(FunctionUrl url) =>
        new() { Account = AccountId.Parse(url.Account), Region = url.Region, PrincipalArn = "anonymous" };

    private Dictionary<string, ImmutableArray<string>> ValuesOf(FunctionUrl url, AccessRequest request, string sourceIp)
    {
        Dictionary<string, ImmutableArray<string>> values = RequestValues.Of(request.Caller, time.GetUtcNow());
        values["aws:SourceIp"] = [sourceIp];
        values[ConditionKeys.FunctionUrlAuthType] = [url.AuthType];
        values[ConditionKeys.InvokedViaFunctionUrl] = ["true"];
        if (request.OrganizationId is { } organization)
        {
            values[ConditionKeys.PrincipalOrgId] = [organization];
        }

        foreach ((string key, string value) in directory.FindTags(url.Function) ?? ImmutableDictionary<string, string>.Empty)
        {
            values[$"aws:ResourceTag/{key}"] = [value];
        }

        return values;
    }
}
