using System.Globalization;
using Lamina.Contract;

namespace Lamina.Companions.Ssm;

/// <summary>What a request calls a parameter: <c>NAME</c>, <c>NAME:VERSION</c>, <c>NAME:LABEL</c>, or the same with an ARN in the name's place.</summary>
/// <param name="Names">The names it may mean: behind an ARN's <c>parameter/</c> a slash of the name's own cannot be seen.</param>
/// <param name="Selector">Version or label, without the colon; null: the newest version.</param>
internal sealed record ParameterSelector(IReadOnlyList<string> Names, string? Selector)
{
    private const string Resource = "parameter";

    public long? Version => long.TryParse(Selector, NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : null;

    public static ParameterSelector Parse(Caller caller, string text)
    {
        if (!text.StartsWith("arn:", StringComparison.Ordinal))
        {
            string[] parts = text.Split(':');
            return parts.Length <= 2
                ? new ParameterSelector([parts[0]], parts.Length == 2 ? parts[1] : null)
                : throw SsmErrors.Validation($"Invalid parameter name: {text}");
        }

        string[] arn = text.Split(':');
        if (arn is not ["arn", _, "ssm", _, _, var resource, ..] || arn.Length > 7 || !resource.StartsWith(Resource + "/", StringComparison.Ordinal))
        {
            throw SsmErrors.Validation($"Invalid parameter ARN: {text}");
        }

        // Parameters are shared between accounts through RAM only, which is not served.
        string name = resource[Resource.Length..];
        bool isOwn = arn[3] == caller.Region && arn[4] == caller.Account.Value;
        return new ParameterSelector(isOwn ? [name, name[1..]] : [], arn.Length == 7 ? arn[6] : null);
    }
}
