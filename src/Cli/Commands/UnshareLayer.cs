using System.CommandLine;
using Lamina.Cli.Lambda;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer unshare</c>: takes the permission back. Functions that use the version go on.</summary>
internal static class UnshareLayer
{
    public static Verb Create(CliContext context)
    {
        var layer = new Argument<string>("NAME[:VERSION]") { Description = "Layer, its newest version unless one is said, or the ARN of a version" };
        Option<string[]> with = LayerSharing.With();
        Option<string[]> organization = LayerSharing.Organization();
        Option<bool> json = Json.Option();
        var verb = new Verb(
            "unshare",
            "Take back what `share` gave; functions that use the version go on",
            "lamina layer unshare orders-common:1 --with 111111111111")
        {
            layer, with, organization, json,
        };
        verb.Validators.Add(result =>
        {
            if (result.GetResult(with) is null && result.GetResult(organization) is null)
            {
                result.AddError("Say from whom: --with ACCOUNT, --with everyone or --organization o-ID.");
            }
        });
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            LayerVersionArn arn = await LayerSharing.ResolveAsync(client, parsed.GetRequiredValue(layer), cancellationToken);
            foreach (SharedWith target in LayerSharing.Of(parsed, with, organization))
            {
                await UnshareAsync(client, arn, target, cancellationToken);
            }

            await ShareLayer.PrintAsync(context.Terminal, client, arn, parsed.GetValue(json), cancellationToken);
            return 0;
        });
        return verb;
    }

    /// <summary>Every statement that lets in just those, whoever gave it its id.</summary>
    private static async Task UnshareAsync(LambdaClient client, LayerVersionArn arn, SharedWith target, CancellationToken cancellationToken)
    {
        GetLayerVersionPolicyResponse? policy = await client.FindLayerVersionPolicyAsync(arn, cancellationToken);
        SharedWith[] statements = policy is null ? [] : [.. LayerSharing.Read(policy.Policy!).Where(target.IsSameAs)];
        if (statements.Length == 0)
        {
            throw new CliError($"{arn} is not shared with {target.Readable}.", null, $"See with whom it is: lamina layer share {arn}");
        }

        foreach (SharedWith statement in statements)
        {
            await client.RemoveLayerVersionPermissionAsync(arn, statement.StatementId, cancellationToken);
        }
    }
}
