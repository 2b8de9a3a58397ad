using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lamina.Contract;

namespace Lamina.Companions.Ssm;

/// <summary>What PutParameter asks for; absent members keep what the version before has.</summary>
public sealed record ParameterDraft
{
    public required string Name { get; init; }

    public required string Value { get; init; }

    public string? Type { get; init; }

    public string? KeyId { get; init; }

    public string? Description { get; init; }

    public string? AllowedPattern { get; init; }

    public string? Tier { get; init; }

    public string? DataType { get; init; }

    public bool Overwrite { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>The rules of a parameter's name and value (PutParameter).</summary>
internal static partial class ParameterRules
{
    public const string Standard = "Standard";
    public const string Advanced = "Advanced";
    public const string DefaultKey = "alias/aws/ssm";

    private const string Letters = "formed as a mix of letters, numbers and the following 3 symbols .-_";

    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    /// <summary>Throws for a name that no parameter can have.</summary>
    public static void CheckName(string name)
    {
        CheckPrefix(name);
        if (!NamePattern().IsMatch(name))
        {
            throw SsmErrors.Validation(name.Contains('/', StringComparison.Ordinal)
                ? "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). "
                    + $"If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be {Letters}"
                : $"Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>; a name is {Letters}");
        }

        if (name.Contains('/', StringComparison.Ordinal) && !name.StartsWith('/'))
        {
            throw SsmErrors.Validation("Parameter name must be a fully qualified name.");
        }

        if (name.EndsWith('/') || name.Contains("//", StringComparison.Ordinal))
        {
            throw SsmErrors.Validation("Parameter name must not end with slash.");
        }

        if (name.Count(static c => c == '/') > Limits.ParameterLevels)
        {
            throw SsmErrors.TooDeep();
        }

        if (name.Length > Limits.ParameterNameLength)
        {
            throw SsmErrors.Validation(string.Create(
                CultureInfo.InvariantCulture, $"Parameter name must be at most {Limits.ParameterNameLength} characters long."));
        }
    }

    /// <summary>The tier that a value gets. Throws when it fits in none, or not in the one asked for.</summary>
    /// <param name="asked">Null: Standard, or what the version before has.</param>
    public static string TierOf(string value, string? asked, string? before)
    {
        if (before == Advanced && asked == Standard)
        {
            throw SsmErrors.Validation(
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. "
                + "If necessary, you can delete the advanced parameter and recreate it as a standard parameter.");
        }

        int bytes = Encoding.UTF8.GetByteCount(value);
        bool isAdvanced = before == Advanced || asked == Advanced || (asked == "Intelligent-Tiering" && bytes > Limits.StandardParameterBytes);
        int most = isAdvanced ? Limits.AdvancedParameterBytes : Limits.StandardParameterBytes;
        return bytes <= most ? isAdvanced ? Advanced : Standard : throw SsmErrors.Validation(isAdvanced
            ? string.Create(CultureInfo.InvariantCulture, $"Advanced tier parameters support a maximum parameter value of {most} characters.")
            : string.Create(CultureInfo.InvariantCulture, $"Standard tier parameters support a maximum parameter value of {most} characters. ")
                + "To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see "
                + "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html");
    }

    public static void CheckPattern(string value, string? pattern)
    {
        if (string.IsNullOrEmpty(pattern))
        {
            return;
        }

        try
        {
            if (!Regex.IsMatch(value, $@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, MatchLimit))
            {
                throw SsmErrors.PatternMismatch(pattern);
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw SsmErrors.PatternMismatch(pattern);
        }
        catch (ArgumentException)
        {
            throw SsmErrors.InvalidPattern();
        }
    }

    /// <summary>A path as GetParametersByPath and filters have it.</summary>
    public static void CheckPath(string path)
    {
        if (!PathPattern().IsMatch(path) || path.Contains("//", StringComparison.Ordinal))
        {
            throw SsmErrors.Validation(
                "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\". "
                + "It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). "
                + "It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). "
                + "Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". "
                + "Valid example: /get/parameters2-/by1./path0_.");
        }
    }

    private static void CheckPrefix(string name)
    {
        string start = name.TrimStart('/');
        bool isAws = start.StartsWith("aws", StringComparison.OrdinalIgnoreCase);
        if (!isAws && !start.StartsWith("ssm", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        bool isPath = name.Count(static c => c == '/') > 1;
        throw !isPath ? SsmErrors.Validation("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).")
            : isAws ? SsmErrors.Reserved(name)
            : SsmErrors.Validation("Parameter name: can't be prefixed with \"ssm\" (case-insensitive). "
                + $"If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be {Letters}");
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9_.\-/]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A/[a-zA-Z0-9_.\-/]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PathPattern();
}
