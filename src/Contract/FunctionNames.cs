using System.Diagnostics.CodeAnalysis;

namespace Lamina.Contract;

/// <summary>A function: a name in an account and region. <c>arn:aws:lambda:REGION:ACCOUNT:function:NAME</c></summary>
public sealed record FunctionArn(string Region, AccountId Account, string Name)
{
    public const string Latest = "$LATEST";

    public override string ToString() => $"arn:aws:lambda:{Region}:{Account}:function:{Name}";

    public string Qualified(string qualifier) => $"{this}:{qualifier}";
}

/// <summary>
/// What a request may say for FunctionName: <c>NAME</c>, <c>NAME:QUALIFIER</c>, <c>ACCOUNT:function:NAME[:QUALIFIER]</c>
/// or a full ARN with or without qualifier.
/// </summary>
public sealed record FunctionReference(FunctionArn Function, string? Qualifier)
{
    public static bool TryParse(string text, Caller caller, [NotNullWhen(true)] out FunctionReference? reference)
    {
        reference = text.Split(':') switch
        {
            [var name] => Of(caller.Region, caller.Account.Value, name, null),
            [var name, var qualifier] => Of(caller.Region, caller.Account.Value, name, qualifier),
            [var account, "function", var name] => Of(caller.Region, account, name, null),
            [var account, "function", var name, var qualifier] => Of(caller.Region, account, name, qualifier),
            ["arn", _, "lambda", var region, var account, "function", var name] => Of(region, account, name, null),
            ["arn", _, "lambda", var region, var account, "function", var name, var qualifier] => Of(region, account, name, qualifier),
            _ => null,
        };
        return reference is not null;
    }

    private static FunctionReference? Of(string region, string account, string name, string? qualifier) =>
        name.Length > 0 && region.Length > 0 && qualifier is not "" && AccountId.TryParse(account, out AccountId owner)
            ? new FunctionReference(new FunctionArn(region, owner, name), qualifier)
            : null;
}
