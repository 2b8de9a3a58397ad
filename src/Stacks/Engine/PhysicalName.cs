using System.Security.Cryptography;
using Lamina.Stacks.Resources;

namespace Lamina.Stacks.Engine;

/// <summary>Names of resources to which the template gives none. Sample: <c>shop-OrdersFunction-1A2B3C4D5E6F</c>.</summary>
internal static class PhysicalName
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int RandomLength = 12;

    public static string New(string stackName, string logicalId, ResourceShape shape)
    {
        // Two hyphens and the random part; of the rest the logical id has at least a half.
        int room = shape.MaxNameLength - RandomLength - 2;
        string logical = logicalId.Length > room / 2 && logicalId.Length + stackName.Length > room
            ? logicalId[..Math.Min(logicalId.Length, Math.Max(room / 2, room - stackName.Length))]
            : logicalId;
        string stack = stackName[..Math.Min(stackName.Length, room - logical.Length)];
        string name = $"{stack}-{logical}-{RandomNumberGenerator.GetString(Letters, RandomLength)}";
        return shape.HasLowerCaseName ? name.ToLowerInvariant() : name;
    }
}
