using System.Text.Json;
using System.Text.Json.Serialization;
using Lamina.Contract;

namespace Lamina.Access;

/// <summary>Whom a statement means: everyone, written <c>"*"</c>, or one account, written <c>{"AWS":"arn:aws:iam::ACCOUNT:root"}</c>.</summary>
[JsonConverter(typeof(PolicyPrincipalConverter))]
public readonly record struct PolicyPrincipal
{
    private const string Any = "*";

    private readonly string? _accountArn;

    private PolicyPrincipal(string accountArn) => _accountArn = accountArn;

    public static PolicyPrincipal Everyone => default;

    public bool IsEveryone => _accountArn is null;

    /// <summary>Takes what the permission operations take: <c>*</c>, twelve digits, or the ARN of an account's root.</summary>
    public static bool TryParse(string text, out PolicyPrincipal principal)
    {
        principal = text == Any ? Everyone
            : AccountId.TryParse(text, out AccountId account) ? new PolicyPrincipal($"arn:aws:iam::{account}:root")
            : new PolicyPrincipal(text);
        return principal.IsEveryone || principal.AccountOf() is not null;
    }

    public bool Includes(Caller caller) => IsEveryone || AccountOf() == caller.Account;

    public override string ToString() => _accountArn ?? Any;

    private AccountId? AccountOf() =>
        _accountArn?.Split(':') is ["arn", _, "iam", "", var text, "root"] && AccountId.TryParse(text, out AccountId account) ? account : null;
}

public sealed class PolicyPrincipalConverter : JsonConverter<PolicyPrincipal>
{
    private const string Aws = "AWS";

    public override PolicyPrincipal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        bool account = reader.TokenType == JsonTokenType.StartObject;
        if (account && (!reader.Read() || !reader.ValueTextEquals(Aws) || !reader.Read()))
        {
            throw new JsonException("The principal is neither \"*\" nor an account.");
        }

        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        if (text is null || !PolicyPrincipal.TryParse(text, out PolicyPrincipal principal) || (account && (!reader.Read() || reader.TokenType != JsonTokenType.EndObject)))
        {
            throw new JsonException("The principal is neither \"*\" nor an account.");
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
        writer.WriteString(Aws, value.ToString());
        writer.WriteEndObject();
    }
}
