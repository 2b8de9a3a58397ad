using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Lambda;
using Lamina.Contract;

namespace Lamina.Cli.Commands;

/// <summary>With whom a layer version is shared, as people say it and as its policy does.</summary>
internal static class LayerSharing
{
    private const string Everyone = "everyone";

    public static Option<string[]> With() => Lists.Option("--with", "Accounts, with commas between, or `everyone`", "ACCOUNT,…|everyone");

    public static Option<string[]> Organization() => Lists.Option("--organization", "AWS organisations whose accounts are meant", "o-ID,…");

    /// <summary>The ones named on the command line; empty when none is.</summary>
    public static IReadOnlyList<SharedWith> Of(ParseResult parsed, Option<string[]> with, Option<string[]> organization) =>
    [
        .. (Lists.Of(parsed, with) ?? []).Select(Account),
        .. (Lists.Of(parsed, organization) ?? []).Select(static id => new SharedWith($"organization-{id}", "*", id)),
    ];

    /// <summary>NAME (its newest version), NAME:VERSION or an ARN.</summary>
    public static async Task<LayerVersionArn> ResolveAsync(LambdaClient client, string name, CancellationToken cancellationToken)
    {
        string text = (await LayerNames.ResolveAsync(client, [name], cancellationToken))[0];
        return LayerVersionArn.TryParse(text, out LayerVersionArn? arn)
            ? arn
            : throw new CliError($"'{name}' is not a layer version.", null, "Say NAME, NAME:VERSION or the ARN of a version.");
    }

    /// <summary>The statements of a policy: their ids, and whom they let in.</summary>
    public static IReadOnlyList<SharedWith> Read(string policy)
    {
        using JsonDocument document = JsonDocument.Parse(policy);
        return [.. document.RootElement.GetProperty("Statement").EnumerateArray().Select(Read)];
    }

    private static SharedWith Account(string text) =>
        text == Everyone ? new SharedWith(Everyone, "*", null)
        : AccountId.TryParse(text, out AccountId account) ? new SharedWith($"account-{account}", account.Value, null)
        : throw new CliError($"'{text}' is neither a 12-digit account nor `{Everyone}`.", "--with", "Example: --with 111111111111,222222222222");

    private static SharedWith Read(JsonElement statement)
    {
        JsonElement principal = statement.GetProperty("Principal");
        string who = principal.ValueKind == JsonValueKind.String ? principal.GetString()! : principal.GetProperty("AWS").GetString()!;
        string? organization = statement.TryGetProperty("Condition", out JsonElement condition)
            && condition.TryGetProperty("StringEquals", out JsonElement equal)
            && equal.TryGetProperty("aws:PrincipalOrgID", out JsonElement id)
                ? id.GetString()
                : null;
        return new SharedWith(
            statement.GetProperty("Sid").GetString()!, who.Split(':') is [_, _, "iam", _, var account, "root"] ? account : who, organization);
    }
}

/// <param name="StatementId">The id that `lamina layer share` gives, or the one found in a policy.</param>
/// <param name="Principal">An account, or <c>*</c>.</param>
internal sealed record SharedWith(string StatementId, string Principal, string? OrganizationId)
{
    public string Readable => OrganizationId is not null ? $"organisation {OrganizationId}" : Principal == "*" ? "everyone" : $"account {Principal}";

    public bool IsSameAs(SharedWith other) => Principal == other.Principal && OrganizationId == other.OrganizationId;
}
