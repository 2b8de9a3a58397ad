using System.Globalization;
using System.Text.Json.Serialization;
using Lamina.Contract;

namespace Lamina.Functions;

/// <summary>A name for a version, or for two with weights, as the catalog keeps it. Immutable.</summary>
public sealed record FunctionAlias
{
    public required string Region { get; init; }

    public required string Account { get; init; }

    public required string FunctionName { get; init; }

    public required string Name { get; init; }

    /// <summary>A number, or <c>$LATEST</c>.</summary>
    public required string FunctionVersion { get; init; }

    public required string Description { get; init; }

    /// <summary>The second version with its share of invocations, from 0 to 1; null when there is one version only.</summary>
    public required AdditionalVersion? Additional { get; init; }

    public required string RevisionId { get; init; }

    [JsonIgnore]
    public FunctionArn Function => new(Region, AccountId.Parse(Account), FunctionName);

    [JsonIgnore]
    public string Arn => Function.Qualified(Name);

    public bool Uses(string version) => FunctionVersion == version || Additional?.Version == version;

    /// <param name="chance">From 0 up to but not 1.</param>
    internal string Route(double chance) => Additional is { } additional && chance < additional.Weight ? additional.Version : FunctionVersion;
}

public sealed record AdditionalVersion(string Version, double Weight)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Version}={Weight}");
}
