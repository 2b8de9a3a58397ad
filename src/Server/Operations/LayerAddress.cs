using Lamina.Contract;

namespace Lamina.Server.Operations;

/// <summary>The layer that a request names, by name or ARN. The model's pattern has been checked before.</summary>
internal static class LayerAddress
{
    public static LayerArn Layer(Caller caller, string nameOrArn) =>
        LayerArn.TryParse(nameOrArn, caller, out LayerArn? layer) ? layer : throw AwsError.InvalidParameterValue($"Invalid layer name '{nameOrArn}'.");

    public static LayerVersionArn Version(Caller caller, string nameOrArn, long version) =>
        Layer(caller, nameOrArn).Version(version);
}
