using Lamina.Access;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>
/// Who but its own account may use a function: the policies of functions, versions and aliases, and the question whether one lets a
/// request in. A policy covers exactly the ARN it belongs to: that of a function no qualified one, and the other way round.
/// </summary>
public sealed class FunctionPermissions(ICatalog catalog, Organizations organizations)
{
    private const string InvokeFunctionUrl = "lambda:InvokeFunctionUrl";

    /// <summary>The policy and the revision of what it belongs to.</summary>
    public (ResourcePolicy Policy, string RevisionId) Get(Caller caller, string nameOrArn, string? qualifier)
    {
        CatalogSnapshot snapshot = catalog.Current;
        FunctionReference reference = Address(snapshot, caller, nameOrArn, qualifier, "lambda:GetPolicy");
        return PolicyDocuments.Find(snapshot, reference.Function, reference.Qualifier) is { } policy
            && QualifiedResource.Find(snapshot, reference) is { } owner
            ? (policy, owner.RevisionId)
            : throw AwsError.ResourceNotFound("The resource you requested does not exist.");
    }

    /// <summary>Adds a statement and gives it.</summary>
    public Task<PolicyStatement> AddAsync(Caller caller, AddPermissionRequest request, CancellationToken cancellationToken)
    {
        FunctionReference reference = FunctionAddress.Parse(caller, request.FunctionName!, request.Qualifier, "lambda:AddPermission");
        if (reference.Qualifier == FunctionArn.Latest)
        {
            throw AwsError.InvalidParameterValue("We currently do not support adding policies for $LATEST.");
        }

        if (request.FunctionUrlAuthType is not null && request.Action != InvokeFunctionUrl)
        {
            // The text is that of public reports.
            throw AwsError.InvalidParameterValue($"FunctionUrlAuthType is only supported for {InvokeFunctionUrl} action");
        }

        PolicyStatement statement = StatementOf(reference, request);
        return catalog.CommitAsync(
            transaction =>
            {
                QualifiedResource owner = QualifiedResource.Find(transaction, reference) ?? throw QualifiedResource.NotFound(reference);
                Revisions.Require(request.RevisionId, owner.RevisionId, "GetPolicy");
                ResourcePolicy policy = PolicyDocuments.Find(transaction, reference.Function, reference.Qualifier) ?? ResourcePolicy.Empty;
                PolicyDocuments.Put(transaction, reference.Function, reference.Qualifier, policy.Add(statement));
                owner.Revise(transaction);
                return statement;
            },
            cancellationToken);
    }

    /// <summary>Removes a statement; with the last one the policy goes.</summary>
    public Task RemoveAsync(Caller caller, RemovePermissionRequest request, CancellationToken cancellationToken)
    {
        FunctionReference reference = FunctionAddress.Parse(caller, request.FunctionName!, request.Qualifier, "lambda:RemovePermission");
        return catalog.CommitAsync(
            transaction =>
            {
                QualifiedResource owner = QualifiedResource.Find(transaction, reference) ?? throw NothingToRemove(transaction, reference);
                ResourcePolicy policy = PolicyDocuments.Find(transaction, reference.Function, reference.Qualifier)
                    ?? throw AwsError.ResourceNotFound("No policy is associated with the given resource.");
                ResourcePolicy shorter = policy.Remove(request.StatementId!);
                Revisions.Require(request.RevisionId, owner.RevisionId, "GetFunction/GetAlias");
                PolicyDocuments.Put(transaction, reference.Function, reference.Qualifier, shorter);
                owner.Revise(transaction);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Whether a policy lets the request in; for services, which have no account of their own to be let in by.</summary>
    public bool Allows(FunctionReference function, AccessRequest request) => Allows(catalog.Current, function, request);

    /// <summary>Whether a function's policy makes up for what its account's own policies do not allow the caller.</summary>
    public bool AllowsByName(Caller caller, FunctionReference function, string action) =>
        function.Function.Account == caller.Account
        && Allows(function, new AccessRequest(caller, action, function.ToString(), organizations.Of(caller.Account)) { IsLeftToStatementsByName = true });

    /// <summary>What a request calls a function of the caller's, or one of another account whose policy lets the caller do the action.</summary>
    internal FunctionReference Address(CatalogSnapshot snapshot, Caller caller, string nameOrArn, string? qualifier, string action)
    {
        FunctionReference reference = FunctionAddress.Read(caller, nameOrArn, qualifier);
        if (reference.Function.Account != caller.Account)
        {
            Require(snapshot, caller, reference, action);
        }

        return reference;
    }

    /// <summary>Throws AWS's error unless the policy of what is named lets the caller, who is of another account, do the action.</summary>
    internal void Require(CatalogSnapshot snapshot, Caller caller, FunctionReference reference, string action)
    {
        AccessRequest request = new(caller, action, reference.ToString(), organizations.Of(caller.Account));
        if (!Allows(snapshot, reference, request))
        {
            throw FunctionAddress.Denied(caller, reference, action);
        }
    }

    private static bool Allows(CatalogSnapshot snapshot, FunctionReference function, AccessRequest request) =>
        PolicyDocuments.Find(snapshot, function.Function, function.Qualifier)?.Allows(request) == true;

    private static PolicyStatement StatementOf(FunctionReference reference, AddPermissionRequest request)
    {
        PolicyPrincipal principal = PolicyPrincipal.TryParse(request.Principal!, out PolicyPrincipal parsed)
            ? parsed
            : throw AwsError.InvalidParameterValue("The provided principal was invalid. Please check the principal and try again.");
        return PolicyStatement.Allowing(request.StatementId!, principal, request.Action!, reference.ToString())
            .If(PolicyStatement.StringEquals, ConditionKeys.SourceAccount, request.SourceAccount)
            .If(PolicyStatement.StringEquals, ConditionKeys.EventSourceToken, request.EventSourceToken)
            .If(PolicyStatement.StringEquals, ConditionKeys.FunctionUrlAuthType, request.FunctionUrlAuthType)
            .If(PolicyStatement.StringEquals, ConditionKeys.PrincipalOrgId, request.PrincipalOrgID)
            .If(PolicyStatement.Bool, ConditionKeys.InvokedViaFunctionUrl, Text(request.InvokedViaFunctionUrl))
            .If(PolicyStatement.ArnLike, ConditionKeys.SourceArn, request.SourceArn);
    }

    private static string? Text(bool? value) => value switch { true => "true", false => "false", null => null };

    private static AwsError NothingToRemove(CatalogSnapshot snapshot, FunctionReference reference) =>
        FunctionDocuments.Find(snapshot, reference.Function) is null
            ? AwsError.ResourceNotFound($"No policy found for: {reference}")
            : QualifiedResource.NotFound(reference);
}
