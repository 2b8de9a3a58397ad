using System.Collections.Immutable;
using System.Globalization;
using Lamina.Contract;

namespace Lamina.Access.Policies;

/// <summary>The condition keys that every request has, whatever it asks.</summary>
public static class RequestValues
{
    public static Dictionary<string, ImmutableArray<string>> Of(Caller caller, DateTimeOffset now)
    {
        string[] parts = caller.PrincipalArn.Split(':', 6);
        string[] names = parts[^1].Split('/');
        Dictionary<string, ImmutableArray<string>> values = new(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:PrincipalArn"] = [names is ["assumed-role", var role, ..] ? $"arn:aws:iam::{caller.Account}:role/{role}" : caller.PrincipalArn],
            ["aws:PrincipalAccount"] = [caller.Account.Value],
            ["aws:PrincipalType"] = [names[0] switch { "assumed-role" => "AssumedRole", "user" => "User", _ => "Account" }],
            ["aws:RequestedRegion"] = [caller.Region],
            ["aws:CurrentTime"] = [now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)],
            ["aws:EpochTime"] = [now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)],
            ["aws:SecureTransport"] = ["false"],
            ["aws:userid"] = [caller.PrincipalId ?? caller.Account.Value],
        };
        if (names[0] == "user")
        {
            values["aws:username"] = [names[^1]];
        }

        // Whatever service a function asks (Lambda Developer Guide, "Using source function ARN to control function access behavior").
        if (caller.SourceFunctionArn is { } function)
        {
            values["lambda:SourceFunctionArn"] = [function];
        }

        return values;
    }
}
