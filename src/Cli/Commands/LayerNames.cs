using System.Globalization;
using Lamina.Cli.Lambda;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Commands;

/// <summary>Layers as people say them: <c>name</c> (the newest version), <c>name:version</c>, or a whole ARN.</summary>
internal static class LayerNames
{
    public static string Short(string? arn) =>
        LayerVersionArn.TryParse(arn, out LayerVersionArn? layer)
            ? string.Create(CultureInfo.InvariantCulture, $"{layer.Layer.Name}:{layer.Version}")
            : arn?.Split(':') is ["arn", _, "lambda", _, _, "function", var function] ? function : arn ?? string.Empty;

    public static async Task<IReadOnlyList<string>> ResolveAsync(
        LambdaClient client, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var arns = new List<string>();
        foreach (string name in names)
        {
            arns.Add(await ResolveAsync(client, name, $"--layers {name}", cancellationToken));
        }

        return arns;
    }

    /// <param name="where">Where the name was said, for the error.</param>
    public static async Task<string> ResolveAsync(LambdaClient client, string name, string where, CancellationToken cancellationToken)
    {
        if (name.StartsWith("arn:", StringComparison.Ordinal))
        {
            return name;
        }

        if (name.Split(':') is [var layer, var number])
        {
            return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long version)
                ? (await client.GetLayerVersionAsync(layer, version, cancellationToken)).LayerVersionArn!
                : throw new CliError($"'{number}' is not the number of a layer version.", where, "Say name:version, for example common:3.");
        }

        LayerVersionsListItem? latest = await client.LatestLayerVersionAsync(name, cancellationToken);
        return latest?.LayerVersionArn
            ?? throw new CliError(
                $"There is no layer named {name}.", where, "See what there is with `lamina layer list`, or publish it first.");
    }
}
