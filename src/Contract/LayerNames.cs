using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Lamina.Contract;

/// <summary>A layer: a name in an account and region. <c>arn:aws:lambda:REGION:ACCOUNT:layer:NAME</c></summary>
public sealed record LayerArn(string Region, AccountId Account, string Name)
{
    public override string ToString() => $"arn:aws:lambda:{Region}:{Account}:layer:{Name}";

    public LayerVersionArn Version(long version) => new(this, version);

    /// <summary>Whether the ARN is that of a version of this layer.</summary>
    public bool IsOf(string layerVersionArn) => LayerVersionArn.TryParse(layerVersionArn, out LayerVersionArn? arn) && arn.Layer == this;

    /// <summary>Accepts a plain name (in the caller's account and region) or a layer ARN, as the API's LayerName does.</summary>
    public static bool TryParse(string nameOrArn, Caller caller, [NotNullWhen(true)] out LayerArn? layer)
    {
        layer = null;
        if (!nameOrArn.StartsWith("arn:", StringComparison.Ordinal))
        {
            layer = new LayerArn(caller.Region, caller.Account, nameOrArn);
            return nameOrArn.Length > 0 && !nameOrArn.Contains(':', StringComparison.Ordinal);
        }

        string[] parts = nameOrArn.Split(':');
        if (parts is ["arn", _, "lambda", { Length: > 0 } region, var account, "layer", { Length: > 0 } name]
            && AccountId.TryParse(account, out AccountId owner))
        {
            layer = new LayerArn(region, owner, name);
        }

        return layer is not null;
    }
}

/// <summary>One immutable version of a layer. <c>arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION</c></summary>
public sealed record LayerVersionArn(LayerArn Layer, long Version)
{
    public override string ToString() => $"{Layer}:{Version.ToString(CultureInfo.InvariantCulture)}";

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out LayerVersionArn? arn)
    {
        arn = null;
        if (text?.Split(':') is ["arn", _, "lambda", { Length: > 0 } region, var account, "layer", { Length: > 0 } name, var version]
            && AccountId.TryParse(account, out AccountId owner)
            && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            arn = new LayerVersionArn(new LayerArn(region, owner, name), number);
        }

        return arn is not null;
    }

    public static LayerVersionArn Parse(string text) =>
        TryParse(text, out LayerVersionArn? arn) ? arn : throw new FormatException($"'{text}' is not the ARN of a layer version.");
}
