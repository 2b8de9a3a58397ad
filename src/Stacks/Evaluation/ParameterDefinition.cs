using System.Globalization;
using System.Text.RegularExpressions;
using Lamina.Contract;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>A parameter of a template: its type, its default and what a value must be like.</summary>
internal sealed record ParameterDefinition
{
    private const string SsmPrefix = "AWS::SSM::Parameter::";
    private const string SsmValuePrefix = "AWS::SSM::Parameter::Value<";
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string? Default { get; init; }

    public required bool NoEcho { get; init; }

    public required string? Description { get; init; }

    public required string? ConstraintDescription { get; init; }

    public required IReadOnlyList<string> AllowedValues { get; init; }

    public required string? AllowedPattern { get; init; }

    public required decimal? MinLength { get; init; }

    public required decimal? MaxLength { get; init; }

    public required decimal? MinValue { get; init; }

    public required decimal? MaxValue { get; init; }

    /// <summary>Whether the value is the name of a parameter in the Parameter Store, whose value is meant.</summary>
    public bool IsStored => Type.StartsWith(SsmValuePrefix, StringComparison.Ordinal);

    /// <summary>Whether Ref gives a list: the value is cut at its commas.</summary>
    public bool IsList => ValueType is "CommaDelimitedList" || ValueType.StartsWith("List<", StringComparison.Ordinal);

    private string ValueType => IsStored ? Type[SsmValuePrefix.Length..^1] : Type;

    private bool IsNumber => ValueType is "Number" or "List<Number>";

    public static ParameterDefinition Read(string name, TemplateNode node)
    {
        TemplateMap map = node as TemplateMap ?? throw StackErrors.Format($"Every Parameters member must be an object; [{name}] is not.");
        string type = Scalars.TextOf(map["Type"]) ?? throw StackErrors.Format($"Every Parameters object must contain a Type member.");
        if (!IsKnown(type))
        {
            throw StackErrors.Format($"Unrecognized parameter type: {type}");
        }

        return new ParameterDefinition
        {
            Name = name,
            Type = type,
            Default = map.Has("Default") ? DefaultOf(name, map["Default"]) : null,
            NoEcho = Scalars.TextOf(map["NoEcho"]) is { } echo && string.Equals(echo, "true", StringComparison.OrdinalIgnoreCase),
            Description = Scalars.TextOf(map["Description"]),
            ConstraintDescription = Scalars.TextOf(map["ConstraintDescription"]),
            AllowedValues = [.. (map["AllowedValues"] as TemplateList ?? []).Select(static value => Scalars.TextOf(value) ?? "")],
            AllowedPattern = Scalars.TextOf(map["AllowedPattern"]),
            MinLength = Number(map, "MinLength"),
            MaxLength = Number(map, "MaxLength"),
            MinValue = Number(map, "MinValue"),
            MaxValue = Number(map, "MaxValue"),
        };
    }

    /// <summary>Throws CloudFormation's ValidationError for a value that breaks a constraint.</summary>
    public void Check(string value)
    {
        foreach (string item in IsList ? Items(value) : [value])
        {
            if (FaultOf(item) is { } fault)
            {
                throw StackErrors.Validation(ConstraintDescription is { } described
                    ? $"Parameter {Name} failed to satisfy constraint: {described}"
                    : $"Parameter '{Name}' {fault}");
            }
        }
    }

    /// <summary>What Ref gives for a value.</summary>
    public TemplateNode ValueOf(string value) =>
        IsList ? new TemplateList(Items(value).Select(static item => new TemplateText(item))) : new TemplateText(value);

    private static string[] Items(string value) => value.Length == 0 ? [] : value.Split(',', StringSplitOptions.TrimEntries);

    private static bool IsKnown(string type) => type is "String" or "Number" or "List<Number>" or "CommaDelimitedList" or "List<String>"
        || type.StartsWith("AWS::", StringComparison.Ordinal) || type.StartsWith("List<AWS::", StringComparison.Ordinal)
        || type.StartsWith(SsmPrefix, StringComparison.Ordinal);

    private static string DefaultOf(string name, TemplateNode? value) => value is TemplateList list
        ? string.Join(',', list.Select(static item => Scalars.TextOf(item) ?? ""))
        : Scalars.TextOf(value) ?? throw StackErrors.Format($"Every Default member must be a string: [{name}].");

    private static decimal? Number(TemplateMap map, string name) =>
        decimal.TryParse(Scalars.TextOf(map[name]), CultureInfo.InvariantCulture, out decimal number) ? number : null;

    private string? FaultOf(string value)
    {
        if (AllowedValues.Count > 0 && !AllowedValues.Contains(value, StringComparer.Ordinal))
        {
            return "must be one of AllowedValues";
        }

        return IsNumber && !IsStored ? NumberFaultOf(value) : TextFaultOf(value);
    }

    private string? NumberFaultOf(string value) =>
        !decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? "must be a number"
        : number < MinValue ? $"must be a number not less than {MinValue}"
        : number > MaxValue ? $"must be a number not greater than {MaxValue}"
        : null;

    private string? TextFaultOf(string value) =>
        value.Length < MinLength ? $"must contain at least {MinLength} characters"
        : value.Length > MaxLength ? $"must contain at most {MaxLength} characters"
        : AllowedPattern is { } pattern && !Matches(pattern, value) ? $"must match pattern {pattern}"
        : null;

    /// <summary>The pattern must cover the whole value, as Java's <c>matches</c> wants.</summary>
    private bool Matches(string pattern, string value)
    {
        try
        {
            return Regex.IsMatch(value, $"^(?:{pattern})\\z", RegexOptions.CultureInvariant, PatternTimeout);
        }
        catch (Exception error) when (error is ArgumentException or RegexMatchTimeoutException)
        {
            throw StackErrors.Format($"Parameter '{Name}' has an AllowedPattern that cannot be used: {error.Message}");
        }
    }
}
