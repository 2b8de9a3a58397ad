using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Lamina.Contract;

namespace Lamina.Access;

/// <summary>
/// Whom a statement means: everyone, written <c>"*"</c>; an account, user or role, written <c>{"AWS":"arn:aws:iam::ACCOUNT:root"}</c>;
/// or a service, written <c>{"Service":"s3.amazonaws.com"}</c>.
/// </summary>
[JsonConverter(typeof(PolicyPrincipalConverter))]
public readonly partial record struct PolicyPrincipal
{
    private const string Any = "*";

    private readonly string? _name;

    private PolicyPrincipal(string name) => _name = name;

    public static PolicyPrincipal Everyone => default;

    public bool IsEveryone => _name is null;

    public bool IsService => _name is not null && !_name.StartsWith("arn:", StringComparison.Ordinal);

    /// <summary>Takes what the permission operations take: <c>*</c>, twelve digits, the ARN of an account, user or role, a service's name.</summary>
    public static bool TryParse(string text, out PolicyPrincipal principal)
    {
        principal = text == Any ? Everyone
            : AccountId.TryParse(text, out AccountId account) ? new PolicyPrincipal($"arn:aws:iam::{account}:root")
            : new PolicyPrincipal(text);
        return principal.IsEveryone || (principal.IsService ? ServiceName().IsMatch(text) : principal.AccountOf() is not null);
    }

    public bool Includes(AccessRequest request) => IsEveryone
        || (IsService ? request.Service == _name : request.Service is null && Includes(request.Caller, request.IsLeftToStatementsByName));

    public override string ToString() => _name ?? Any;

    private bool Includes(Caller caller, bool byName)
    {
        string name = _name!;
        if (name.EndsWith(":root", StringComparison.Ordinal))
        {
            return !byName && AccountOf() == caller.Account;
        }

        // Who acts in a role has an ARN of the session; the statement names the role, of which the session shows the last part only.
        return name == caller.PrincipalArn
            || (name.Split(':') is [_, _, "iam", "", var account, var role] && role.StartsWith("role/", StringComparison.Ordinal)
                && caller.PrincipalArn.Split(':') is [_, _, "sts", "", var owner, var session] && owner == account
                && session.Split('/') is ["assumed-role", var assumed, ..] && assumed == role[(role.LastIndexOf('/') + 1)..]);
    }

    private AccountId? AccountOf() =>
        _name?.Split(':') is ["arn", _, "iam" or "sts", "", var text, { Length: > 0 }] && AccountId.TryParse(text, out AccountId account) ? account : null;

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]*\.amazonaws\.com(\.cn)?\z")]
    private static partial Regex ServiceName();
}

public sealed class PolicyPrincipalConverter : JsonConverter<PolicyPrincipal>
{
    private const string Aws = "AWS";
    private const string Service = "Service";

    public override PolicyPrincipal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        bool named = reader.TokenType == JsonTokenType.StartObject;
        if (named && (!reader.Read() || !(reader.ValueTextEquals(Aws) || reader.ValueTextEquals(Service)) || !reader.Read()))
        {
            throw Unknown();
        }

        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        if (text is null || !PolicyPrincipal.TryParse(text, out PolicyPrincipal principal)
            || (named && (!reader.Read() || reader.TokenType != JsonTokenType.EndObject)))
        {
            throw Unknown();
        }

        return principal;
    }

    public override void Write(Utf8JsonWriter writer, PolicyPrincipal value, JsonSerializerOptions options)
    {
        if (value.IsEveryone)
        {
            writer.WriteStringValue(value.ToString());
            return;
        }

        writer.WriteStartObject();
        writer.WriteString(value.IsService ? Service : Aws, value.ToString());
        writer.WriteEndObject();
    }

    private static JsonException Unknown() => new("The principal is neither \"*\" nor an account, user, role or service.");
}
