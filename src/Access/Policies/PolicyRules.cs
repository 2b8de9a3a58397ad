using System.Text.Json;
using Lamina.Access.Identities;

namespace Lamina.Access.Policies;

/// <summary>What a policy document must be before IAM keeps it, with IAM's texts.</summary>
internal static class PolicyRules
{
    private static readonly string[] DocumentFields = ["Version", "Id", "Statement"];

    private static readonly string[] StatementFields =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

    /// <summary>An identity policy: says nothing of who, must say on what.</summary>
    public static void CheckIdentityPolicy(string document) => Check(document, static statement =>
    {
        if (statement.TryGetProperty("Principal", out _) || statement.TryGetProperty("NotPrincipal", out _))
        {
            throw IdentityErrors.Malformed("Policy document should not specify a principal.");
        }

        if (!statement.TryGetProperty("Resource", out JsonElement resource) && !statement.TryGetProperty("NotResource", out resource))
        {
            throw IdentityErrors.Malformed("Policy statement must contain resources.");
        }

        foreach (string text in IdentityPolicy.Texts(resource))
        {
            if (text != "*" && text.Split(':').Length < 6)
            {
                throw IdentityErrors.Malformed($"Resource {text} must be in ARN format or \"*\".");
            }
        }
    });

    /// <summary>A trust policy: says who may assume the role it belongs to, and so nothing of on what.</summary>
    public static void CheckTrustPolicy(string document) => Check(document, static statement =>
    {
        if (statement.TryGetProperty("Resource", out _) || statement.TryGetProperty("NotResource", out _))
        {
            throw IdentityErrors.Malformed("Has prohibited field Resource.");
        }

        if (!statement.TryGetProperty("Principal", out JsonElement principal) && !statement.TryGetProperty("NotPrincipal", out principal))
        {
            throw IdentityErrors.Malformed("Missing required field Principal.");
        }

        if (principal.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty kind in principal.EnumerateObject())
            {
                if (kind.Name is not ("AWS" or "Service" or "Federated" or "CanonicalUser"))
                {
                    throw IdentityErrors.Malformed($"Invalid principal in policy: \"{kind.Name}\"");
                }
            }
        }
        else if (principal.ValueKind != JsonValueKind.String || principal.GetString() != "*")
        {
            throw IdentityErrors.Malformed("Invalid principal in policy.");
        }
    });

    private static void Check(string document, Action<JsonElement> checkStatement)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(document);
            CheckFields(json.RootElement, DocumentFields, "Syntax errors in policy.");
            if (json.RootElement.TryGetProperty("Version", out JsonElement version) && version.ToString() is not ("2012-10-17" or "2008-10-17"))
            {
                throw IdentityErrors.Malformed("Policy document must be version 2012-10-17 or greater.");
            }

            if (!json.RootElement.TryGetProperty("Statement", out JsonElement statements))
            {
                throw IdentityErrors.Malformed("Missing required field Statement.");
            }

            foreach (JsonElement statement in IdentityPolicy.Each(statements))
            {
                CheckStatement(statement);
                checkStatement(statement);
            }

            IdentityPolicy.Parse(document);
        }
        catch (JsonException)
        {
            throw IdentityErrors.Malformed("This policy contains invalid Json");
        }
        catch (FormatException)
        {
            throw IdentityErrors.Malformed("Syntax errors in policy.");
        }
    }

    private static void CheckStatement(JsonElement statement)
    {
        CheckFields(statement, StatementFields, "Syntax errors in policy.");
        if (!statement.TryGetProperty("Effect", out _))
        {
            throw IdentityErrors.Malformed("Missing required field Effect.");
        }

        if (!statement.TryGetProperty("Action", out JsonElement action) && !statement.TryGetProperty("NotAction", out action))
        {
            throw IdentityErrors.Malformed("Policy statement must contain actions.");
        }

        foreach (string text in IdentityPolicy.Texts(action))
        {
            if (text != "*" && !text.Contains(':', StringComparison.Ordinal))
            {
                throw IdentityErrors.Malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
            }
        }
    }

    private static void CheckFields(JsonElement element, string[] known, string fault)
    {
        if (element.ValueKind != JsonValueKind.Object || element.EnumerateObject().Any(field => !known.Contains(field.Name)))
        {
            throw IdentityErrors.Malformed(fault);
        }
    }
}
