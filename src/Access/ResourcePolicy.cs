using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Access;

/// <summary>
/// The policy attached to one resource: who else may do what with it. Immutable. Written by AWS, member by member in this order, as
/// <c>{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s1","Effect":"Allow","Principal":"*","Action":"…","Resource":"…"}]}</c>
/// </summary>
public sealed record ResourcePolicy
{
    /// <summary>A policy that allows nothing; AWS never shows one: with the last statement the policy goes.</summary>
    public static ResourcePolicy Empty { get; } = new() { Version = "2012-10-17", Id = "default", Statement = [] };

    public required string Version { get; init; }

    public required string Id { get; init; }

    public required ImmutableArray<PolicyStatement> Statement { get; init; }

    public ResourcePolicy Add(PolicyStatement statement)
    {
        if (Find(statement.Sid) is not null)
        {
            throw AwsError.ResourceConflict(
                $"The statement id ({statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.");
        }

        ResourcePolicy longer = this with { Statement = Statement.Add(statement) };
        int bytes = longer.ToUtf8().Length;
        return bytes <= Limits.ResourcePolicyBytes
            ? longer
            : throw AwsError.PolicyLengthExceeded($"The final policy size ({bytes}) is bigger than the limit ({Limits.ResourcePolicyBytes}).");
    }

    public ResourcePolicy Remove(string sid) => Find(sid) is { } statement
        ? this with { Statement = Statement.Remove(statement) }
        : throw AwsError.ResourceNotFound($"Statement {sid} is not found in resource policy.");

    /// <summary>A statement that denies wins over any that allows; without one that allows, nothing is allowed.</summary>
    public bool Allows(AccessRequest request)
    {
        bool allowed = false;
        foreach (PolicyStatement statement in Statement)
        {
            if (statement.AppliesTo(request))
            {
                if (statement.Effect != PolicyStatement.Allow)
                {
                    return false;
                }

                allowed = true;
            }
        }

        return allowed;
    }

    /// <summary>The document as AWS writes it, on one line.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, AccessJson.AsAws.ResourcePolicy);

    private byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, AccessJson.AsAws.ResourcePolicy);

    private PolicyStatement? Find(string sid) => Statement.FirstOrDefault(statement => statement.Sid == sid);
}
