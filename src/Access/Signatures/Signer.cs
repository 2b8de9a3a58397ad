using Lamina.Contract;

namespace Lamina.Access.Signatures;

/// <summary>Whom an access key belongs to, with the secret that proves it.</summary>
public sealed record Signer
{
    public required AccountId Account { get; init; }

    public required string SecretAccessKey { get; init; }

    /// <summary>For example <c>arn:aws:iam::111122223333:user/ann</c>.</summary>
    public required string PrincipalArn { get; init; }

    /// <summary>The unique id that GetCallerIdentity answers as UserId.</summary>
    public required string PrincipalId { get; init; }

    /// <summary>Narrows what a session may do; null for none.</summary>
    public required string? SessionPolicy { get; init; }

    /// <summary>The function in whose environment the key was made; null for every other key.</summary>
    public string? SourceFunctionArn { get; init; }
}
