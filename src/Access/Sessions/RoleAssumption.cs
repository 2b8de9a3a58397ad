using Lamina.Access.Identities;
using Lamina.Access.Policies;
using Lamina.Contract;

namespace Lamina.Access.Sessions;

/// <summary>A session of a role: its credentials and whom they stand for.</summary>
public sealed record AssumedRole(SessionCredentials Credentials, string PrincipalArn, string PrincipalId);

/// <summary>Lets callers, and functions, become a role.</summary>
public sealed class RoleAssumption(IdentityStore identities, SessionIssuer sessions, IdentityAuthorizer authorizer, TimeProvider time, bool enforce)
{
    /// <summary>
    /// Where policies are not enforced a role need not exist: functions have always been created here with roles that nobody made,
    /// and such a role can be assumed as well.
    /// </summary>
    public AssumedRole Assume(Caller caller, string roleArn, string sessionName, int? seconds, string? policy)
    {
        if (!TryParse(roleArn, out AccountId account, out string name))
        {
            throw IdentityErrors.Validation($"{roleArn} is invalid");
        }

        Role? role = identities.FindRole(account, name);
        if (enforce && (role is null || !MayAssume(caller, role)))
        {
            throw new AwsError(
                "AccessDenied", 403, $"User: {caller.PrincipalArn} is not authorized to perform: sts:AssumeRole on resource: {roleArn}", AwsErrorBody.LowerMessageOnly);
        }

        bool chained = caller.PrincipalArn.Contains(":assumed-role/", StringComparison.Ordinal);
        if (chained && seconds > Limits.RoleSessionSeconds)
        {
            throw IdentityErrors.Validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        }

        if (seconds > (role?.MaxSessionSeconds ?? Limits.MaxRoleSessionSeconds))
        {
            throw IdentityErrors.Validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        }

        CheckSessionPolicy(policy);
        string arn = Role.SessionArn(account, name, sessionName);
        string id = $"{IdOf(role, account, name)}:{sessionName}";
        DateTimeOffset expires = time.GetUtcNow().AddSeconds(seconds ?? Limits.RoleSessionSeconds);
        return new AssumedRole(sessions.Issue(account, arn, id, policy, expires), arn, id);
    }

    /// <summary>The session of a function's role in one execution environment; ends with <see cref="Close"/>.</summary>
    public SessionCredentials Open(string roleArn, FunctionArn function) => TryParse(roleArn, out AccountId account, out string name)
        ? sessions.Open(
            account,
            Role.SessionArn(account, name, SessionName(function)),
            $"{IdOf(identities.FindRole(account, name), account, name)}:{SessionName(function)}",
            function)
        : throw new InvalidDataException($"'{roleArn}' is not the ARN of a role.");

    // A session's name has at least two characters, a function's one; AWS lengthens it so (recorded).
    private static string SessionName(FunctionArn function) => function.Name.Length > 1 ? function.Name : $"{function.Name}@lambda_function";

    public void Close(string accessKeyId) => sessions.Close(accessKeyId);

    public static void CheckSessionPolicy(string? policy)
    {
        if (policy is not null)
        {
            PolicyRules.CheckIdentityPolicy(policy);
        }
    }

    /// <summary>The role's trust policy must name the caller; in another account the caller's own policies must allow it too.</summary>
    private bool MayAssume(Caller caller, Role role)
    {
        PolicyContext context = new(caller, "sts:AssumeRole", role.Arn, RequestValues.Of(caller, time.GetUtcNow()));
        bool trusted = false;
        bool byName = false;
        foreach (IdentityStatement statement in IdentityPolicy.Parse(role.TrustPolicy).Statements)
        {
            if (!statement.Names(context) || !statement.AppliesTo(context))
            {
                continue;
            }

            if (!statement.Allows)
            {
                return false;
            }

            trusted = true;
            byName |= statement.Principals.Any(principal => principal.Name.Contains(":user/", StringComparison.Ordinal) || principal.Name.Contains("role/", StringComparison.Ordinal));
        }

        IdentityVerdict verdict = authorizer.Decide(context).Verdict;
        bool sameAccount = caller.Account.Value == role.Account;

        // Trust in an account leaves it to the account's policies; trust in one principal of the same account suffices.
        return trusted && (verdict == IdentityVerdict.Allowed || (verdict == IdentityVerdict.NotAllowed && sameAccount && byName));
    }

    private static string IdOf(Role? role, AccountId account, string name) => role?.Id ?? IdentityId.Of("AROA", $"{account}/{name}");

    private static bool TryParse(string arn, out AccountId account, out string name)
    {
        account = default;
        string[] parts = arn.Split(':');
        name = parts[^1][(parts[^1].LastIndexOf('/') + 1)..];
        return parts is ["arn", _, "iam", "", var owner, var resource] && resource.StartsWith("role", StringComparison.Ordinal)
            && AccountId.TryParse(owner, out account) && name.Length > 0;
    }
}
