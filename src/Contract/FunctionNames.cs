using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Lamina.Contract;

/// <summary>A function: a name in an account and region. <c>arn:aws:lambda:REGION:ACCOUNT:function:NAME</c></summary>
public sealed record FunctionArn(string Region, AccountId Account, string Name)
{
    public const string Latest = "$LATEST";

    public override string ToString() => $"arn:aws:lambda:{Region}:{Account}:function:{Name}";

    public string Qualified(string qualifier) => $"{this}:{qualifier}";
}

/// <summary>
/// What a request may say for FunctionName: <c>[arn:aws:lambda:][REGION:][ACCOUNT:][function:]NAME[:QUALIFIER]</c>,
/// each part optional on its own, as AWS's pattern reads it.
/// </summary>
public sealed partial record FunctionReference(FunctionArn Function, string? Qualifier)
{
    /// <summary>The ARN, with the qualifier exactly when there is one.</summary>
    public override string ToString() => Qualifier is null ? Function.ToString() : Function.Qualified(Qualifier);

    public static bool TryParse(string text, Caller caller, [NotNullWhen(true)] out FunctionReference? reference)
    {
        reference = null;
        ReadOnlySpan<string> parts = text.Split(':');
        if (parts is ["arn", _, "lambda", ..])
        {
            parts = parts[3..];
        }

        string region = caller.Region;
        if (parts.Length > 1 && RegionPattern().IsMatch(parts[0]))
        {
            region = parts[0];
            parts = parts[1..];
        }

        AccountId account = caller.Account;
        if (parts.Length > 1 && AccountId.TryParse(parts[0], out AccountId owner))
        {
            account = owner;
            parts = parts[1..];
        }

        // The last part is the name even when it reads "function": AWS takes an ARN cut off there as a function of that name.
        if (parts is ["function", _, ..])
        {
            parts = parts[1..];
        }

        reference = parts switch
        {
            [{ Length: > 0 } name] => new FunctionReference(new FunctionArn(region, account, name), null),
            [{ Length: > 0 } name, { Length: > 0 } qualifier] => new FunctionReference(new FunctionArn(region, account, name), qualifier),
            _ => null,
        };
        return reference is not null;
    }

    [GeneratedRegex(@"\A(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]\z")]
    private static partial Regex RegionPattern();
}
