using Lamina.Access.Identities;
using Lamina.Access.Policies;
using Lamina.Access.Sessions;
using Lamina.Access.Signatures;
using Lamina.Contract.Models;
using Lamina.Server.Operations.Iam;
using Lamina.Server.Operations.Sts;
using Lamina.Server.Wire;
using Lamina.Server.Wire.Query;
using Lamina.Store;

namespace Lamina.Server.Up;

/// <summary>The parts of the Access room that know callers, with the two services that are made of them.</summary>
internal sealed record AccessRooms(
    RoleAssumption Roles, IdentityAuthorizer Authorizer, Authentication Authentication, SessionIssuer Sessions, IReadOnlyList<QueryService> Services)
{
    public static AccessRooms Open(string dataDirectory, ICatalog catalog, UpOptions options, TimeProvider time)
    {
        IdentityStore identities = new(catalog);
        SessionIssuer sessions = new(SessionKey.Open(dataDirectory));
        IdentityAuthorizer authorizer = new(identities);
        RoleAssumption assumption = new(identities, sessions, authorizer, time, options.EnforceIam);
        CallerReader callers = new(options.Account, options.Region, identities, sessions, time);
        SignatureVerifier? verifier = options.Keys is { } keys ? new SignatureVerifier(new KeyRing(keys, identities, sessions), time) : null;
        QueryService[] services =
        [
            new QueryService(
                "iam",
                "2010-05-08",
                IamOperations.All,
                Iam(catalog, time),
                options.EnforceIam ? IamResources.Authorization(authorizer, identities, time) : null),
            new QueryService(
                "sts",
                "2011-06-15",
                StsOperations.All,
                [new GetCallerIdentity(), new AssumeRole(assumption), new GetSessionToken(sessions, time)],
                authorize: null),
        ];
        return new AccessRooms(assumption, authorizer, new Authentication(callers, verifier), sessions, services);
    }

    private static IQueryOperation[] Iam(ICatalog catalog, TimeProvider time)
    {
        RoleEditor roles = new(catalog, time);
        UserEditor users = new(catalog, time);
        PolicyEditor policies = new(catalog, time);
        HolderPolicies holders = new(catalog);
        return
        [
            new AttachRolePolicy(holders),
            new AttachUserPolicy(holders),
            new CreateAccessKey(users),
            new CreatePolicy(policies),
            new CreatePolicyVersion(policies),
            new CreateRole(roles),
            new CreateUser(users),
            new DeleteAccessKey(users),
            new DeletePolicy(policies),
            new DeletePolicyVersion(policies),
            new DeleteRole(roles),
            new DeleteRolePermissionsBoundary(roles),
            new DeleteRolePolicy(holders),
            new DeleteUser(users),
            new DeleteUserPolicy(holders),
            new DetachRolePolicy(holders),
            new DetachUserPolicy(holders),
            new GetPolicy(policies),
            new GetPolicyVersion(policies),
            new GetRole(roles),
            new GetRolePolicy(holders),
            new GetUser(users),
            new GetUserPolicy(holders),
            new ListAccessKeys(users),
            new ListAttachedRolePolicies(holders),
            new ListAttachedUserPolicies(holders),
            new ListEntitiesForPolicy(policies),
            new ListInstanceProfilesForRole(roles),
            new ListPolicies(policies),
            new ListPolicyTags(policies),
            new ListPolicyVersions(policies),
            new ListRolePolicies(holders),
            new ListRoleTags(roles),
            new ListRoles(roles),
            new ListUserPolicies(holders),
            new ListUsers(users),
            new PutRolePermissionsBoundary(roles),
            new PutRolePolicy(holders),
            new PutUserPolicy(holders),
            new SetDefaultPolicyVersion(policies),
            new TagPolicy(policies),
            new TagRole(roles),
            new UntagPolicy(policies),
            new UntagRole(roles),
            new UpdateAssumeRolePolicy(roles),
            new UpdateRole(roles),
            new UpdateRoleDescription(roles),
        ];
    }
}
