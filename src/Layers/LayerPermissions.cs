using Lamina.Access;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>
/// Who but its own account may use a layer version: the policy of each version, and the question whether it lets a caller in.
/// A policy belongs to the version and goes with it.
/// </summary>
public sealed class LayerPermissions(ICatalog catalog, Organizations organizations)
{
    private const string GetLayerVersion = "lambda:GetLayerVersion";

    /// <summary>Gives the policy; throws AWS's errors for a version or policy that is not there.</summary>
    public LayerPolicy Get(Caller caller, LayerVersionArn arn)
    {
        LayerAccess.Require(caller, arn.Layer.Account, "lambda:GetLayerVersionPolicy", arn.ToString());
        RequireVersion(catalog.Current, arn);
        return LayerDocuments.FindPolicy(catalog.Current, arn) ?? throw NoPolicy();
    }

    /// <summary>Adds a statement; gives it and the policy as it now is.</summary>
    public async Task<(PolicyStatement Added, LayerPolicy Policy)> AddAsync(
        Caller caller, LayerVersionArn arn, AddLayerVersionPermissionRequest request, CancellationToken cancellationToken)
    {
        LayerAccess.Require(caller, arn.Layer.Account, "lambda:AddLayerVersionPermission", arn.ToString());
        PolicyStatement statement = StatementOf(arn, request);
        LayerPolicy policy = await catalog.CommitAsync(
            transaction =>
            {
                RequireVersion(transaction, arn);
                LayerPolicy? before = LayerDocuments.FindPolicy(transaction, arn);
                ResourcePolicy changed = (before?.Policy ?? ResourcePolicy.Empty).Add(statement);
                RequireRevision(before, request.RevisionId);
                LayerPolicy after = LayerPolicy.New(changed);
                LayerDocuments.PutPolicy(transaction, arn, after);
                return after;
            },
            cancellationToken);
        return (statement, policy);
    }

    /// <summary>Removes a statement; with the last one the policy goes.</summary>
    public Task RemoveAsync(Caller caller, LayerVersionArn arn, string sid, string? revisionId, CancellationToken cancellationToken)
    {
        LayerAccess.Require(caller, arn.Layer.Account, "lambda:RemoveLayerVersionPermission", arn.ToString());
        return catalog.CommitAsync(
            transaction =>
            {
                RequireVersion(transaction, arn);
                LayerPolicy before = LayerDocuments.FindPolicy(transaction, arn) ?? throw NoPolicy();
                RequireRevision(before, revisionId);
                LayerDocuments.PutPolicy(transaction, arn, LayerPolicy.New(before.Policy.Remove(sid)));
                return true;
            },
            cancellationToken);
    }

    /// <summary>Throws AWS's error unless the caller may read and attach the version: its own account always may.</summary>
    internal void RequireUsable(CatalogSnapshot snapshot, Caller caller, LayerVersionArn arn)
    {
        if (caller.Account == arn.Layer.Account)
        {
            return;
        }

        AccessRequest request = new(caller, GetLayerVersion, arn.ToString(), organizations.Of(caller.Account));
        if (LayerDocuments.FindPolicy(snapshot, arn)?.Policy.Allows(request) != true)
        {
            // AWS does not tell a version that is not there from one that is not shared. On one machine the first is the likelier
            // and can be helped, so the text goes on.
            string help = LayerDocuments.FindVersion(snapshot, arn) is null
                ? $". The layer version is not on this server; import it with: lamina layer import {arn} --from FILE.zip"
                : "";
            throw LayerAccess.Denied(caller, GetLayerVersion, arn.ToString(), help);
        }
    }

    private static PolicyStatement StatementOf(LayerVersionArn arn, AddLayerVersionPermissionRequest request)
    {
        // The model's pattern has let through what this takes.
        PolicyPrincipal principal = PolicyPrincipal.TryParse(request.Principal!, out PolicyPrincipal parsed)
            ? parsed
            : throw AwsError.InvalidParameterValue("The provided principal was invalid. Please check the principal and try again.");
        PolicyStatement statement = PolicyStatement.Allowing(request.StatementId!, principal, request.Action!, arn.ToString());
        if (request.OrganizationId is not { Length: > 0 } organization)
        {
            return statement;
        }

        return principal.IsEveryone
            ? statement.OnlyIn(organization)
            : throw AwsError.InvalidParameterValue("OrganizationId can be given only with the principal '*'.");
    }

    private static void RequireVersion(CatalogSnapshot snapshot, LayerVersionArn arn)
    {
        LayerAccess.RequireNumber(arn);
        if (LayerDocuments.FindVersion(snapshot, arn) is null)
        {
            throw AwsError.ResourceNotFound($"Layer version {arn} does not exist.");
        }
    }

    private static void RequireRevision(LayerPolicy? before, string? revisionId)
    {
        // A revision of a policy that is not there matches nothing.
        if (revisionId is not null && revisionId != before?.RevisionId)
        {
            throw AwsError.PreconditionFailed(
                "The Revision Id provided does not match the latest Revision Id. "
                + "Call the GetLayerPolicy API to retrieve the latest Revision Id");
        }
    }

    private static AwsError NoPolicy() => AwsError.ResourceNotFound("No policy is associated with the given resource.");
}

/// <summary>The policy of one layer version as the catalog keeps it.</summary>
public sealed record LayerPolicy
{
    public required ResourcePolicy Policy { get; init; }

    /// <summary>New with every change.</summary>
    public required string RevisionId { get; init; }

    internal static LayerPolicy New(ResourcePolicy policy) => new() { Policy = policy, RevisionId = Guid.NewGuid().ToString() };
}
