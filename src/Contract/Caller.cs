using System.Diagnostics.CodeAnalysis;

namespace Lamina.Contract;

/// <summary>Twelve digits.</summary>
public readonly record struct AccountId
{
    private readonly string? _value;

    private AccountId(string value) => _value = value;

    public static AccountId Default { get; } = new("000000000000");

    public string Value => _value ?? Default.Value;

    public static bool TryParse([NotNullWhen(true)] string? text, out AccountId account)
    {
        bool valid = text is { Length: 12 } && !text.AsSpan().ContainsAnyExceptInRange('0', '9');
        account = valid ? new AccountId(text!) : default;
        return valid;
    }

    public static AccountId Parse(string text) =>
        TryParse(text, out AccountId account) ? account : throw new FormatException($"'{text}' is not a 12-digit account id.");

    public override string ToString() => Value;
}

/// <summary>Who signs the request: account, principal and region. The access key decides the account, the signature's scope the region.</summary>
public sealed record Caller
{
    public required AccountId Account { get; init; }

    public required string Region { get; init; }

    /// <summary>For example <c>arn:aws:iam::000000000000:root</c>.</summary>
    public required string PrincipalArn { get; init; }

    /// <summary>The principal's unique id; null for an account's root, whose id is the account's.</summary>
    public string? PrincipalId { get; init; }

    /// <summary>Narrows what the caller's session may do; null when nothing does.</summary>
    public string? SessionPolicy { get; init; }

    /// <summary>The function whose code asks, without a qualifier; null for everybody else.</summary>
    public string? SourceFunctionArn { get; init; }
}
