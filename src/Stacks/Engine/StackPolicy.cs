using System.IO.Enumeration;
using System.Text.Json;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;

namespace Lamina.Stacks.Engine;

/// <summary>
/// What updates of a stack may do to its resources; what no statement allows is denied (prevent updates to stack resources, CloudFormation
/// User Guide). Sample: <c>{"Statement":[{"Effect":"Deny","Action":"Update:Replace","Principal":"*","Resource":"LogicalResourceId/Orders"}]}</c>
/// </summary>
internal sealed class StackPolicy
{
    public const string Modify = "Update:Modify";
    public const string Replace = "Update:Replace";
    public const string Delete = "Update:Delete";

    private readonly Statement[] _statements;

    private StackPolicy(Statement[] statements) => _statements = statements;

    /// <summary>Throws ValidationError for what is no stack policy.</summary>
    public static StackPolicy Parse(string text)
    {
        if (text.Length > Limits.StackPolicyCharacters)
        {
            throw Invalid($"it has more than {Limits.StackPolicyCharacters} characters");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("Statement", out JsonElement statements)
                ? new StackPolicy([.. Elements(statements).Select(Read)])
                : throw Invalid("it has no Statement");
        }
        catch (JsonException error)
        {
            throw Invalid(error.Message);
        }
    }

    /// <summary>Why an update may not do this, as CloudFormation says it; null where it may.</summary>
    /// <param name="action"><see cref="Modify"/>, <see cref="Replace"/> or <see cref="Delete"/>.</param>
    public string? DenialOf(string action, string logicalId, string type)
    {
        (Statement Statement, int Number)[] about =
            [.. _statements.Select(static (statement, index) => (statement, index + 1)).Where(numbered => numbered.statement.IsAbout(action, logicalId, type))];
        string[] denials =
        [
            .. about.Where(static numbered => !numbered.Statement.Allows).Select(static numbered =>
                $"Statement [#{numbered.Number}] does not allow [{string.Join(", ", numbered.Statement.Actions)}] for resource [{string.Join(", ", numbered.Statement.Resources)}];"),
        ];
        return denials.Length > 0 ? $"Action denied by stack policy: {string.Join(' ', denials)}"
            : about.Length == 0 ? "Action not allowed by stack policy"
            : null;
    }

    private static Statement Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("a statement is no object");
        }

        string effect = Texts(element, "Effect") is [var one] ? one : throw Invalid("a statement has no Effect");
        if (effect is not ("Allow" or "Deny"))
        {
            throw Invalid($"the Effect {effect} is neither Allow nor Deny");
        }

        if (Texts(element, "Principal") is not ["*"])
        {
            throw Invalid("the Principal of a statement must be \"*\"");
        }

        bool excludesActions = element.TryGetProperty("NotAction", out _);
        bool excludesResources = element.TryGetProperty("NotResource", out _);
        return new Statement(
            effect == "Allow",
            Texts(element, excludesActions ? "NotAction" : "Action") is { Length: > 0 } actions ? actions : throw Invalid("a statement has no Action"),
            excludesActions,
            Texts(element, excludesResources ? "NotResource" : "Resource") is { Length: > 0 } resources ? resources : throw Invalid("a statement has no Resource"),
            excludesResources,
            element.TryGetProperty("Condition", out JsonElement conditions) ? [.. ReadConditions(conditions)] : []);
    }

    /// <summary>ResourceType is the only key there is.</summary>
    private static IEnumerable<Condition> ReadConditions(JsonElement conditions)
    {
        foreach (JsonProperty test in conditions.ValueKind == JsonValueKind.Object ? conditions.EnumerateObject() : throw Invalid("a Condition is no object"))
        {
            if (test.Name is not ("StringEquals" or "StringLike" or "StringNotEquals" or "StringNotLike")
                || test.Value.ValueKind != JsonValueKind.Object || test.Value.EnumerateObject().Any(static key => key.Name != "ResourceType"))
            {
                throw Invalid($"the condition {test.Name} is not one of StringEquals and StringLike, and their negations, of ResourceType");
            }

            yield return new Condition(
                Texts(test.Value, "ResourceType"), IsPattern: test.Name.EndsWith("Like", StringComparison.Ordinal), IsNegated: test.Name.Contains("Not", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<JsonElement> Elements(JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [element];

    private static string[] Texts(JsonElement owner, string name) => owner.TryGetProperty(name, out JsonElement value)
        ? [.. Elements(value).Select(static item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Invalid("a member is no string"))]
        : [];

    private static bool Matches(string pattern, string text, bool ignoreCase) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase);

    private static AwsError Invalid(string what) => StackErrors.Validation($"Error validating stack policy: Invalid stack policy: {what}");

    private sealed record Condition(string[] Types, bool IsPattern, bool IsNegated)
    {
        public bool Holds(string type) => IsNegated != Array.Exists(Types, wanted => IsPattern ? Matches(wanted, type, ignoreCase: false) : wanted == type);
    }

    private sealed record Statement(
        bool Allows, string[] Actions, bool ExcludesActions, string[] Resources, bool ExcludesResources, Condition[] Conditions)
    {
        public bool IsAbout(string action, string logicalId, string type) =>
            ExcludesActions != Array.Exists(Actions, pattern => Matches(pattern, action, ignoreCase: true))
            && ExcludesResources != Array.Exists(Resources, pattern => Matches(pattern, $"LogicalResourceId/{logicalId}", ignoreCase: false))
            && Array.TrueForAll(Conditions, condition => condition.Holds(type));
    }
}
