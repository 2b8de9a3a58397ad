using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Spectre.Console;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina layer share</c>: lets other accounts use a layer version; without anybody named, lists who may.</summary>
internal static class ShareLayer
{
    public static Verb Create(CliContext context)
    {
        var layer = new Argument<string>("NAME[:VERSION]") { Description = "Layer, its newest version unless one is said, or the ARN of a version" };
        Option<string[]> with = LayerSharing.With();
        Option<string[]> organization = LayerSharing.Organization();
        Option<bool> json = Json.Option();
        var verb = new Verb(
            "share",
            "Let other accounts use a layer version; without --with or --organization, list who may",
            "lamina layer share orders-common:1 --with 111111111111,222222222222",
            "lamina layer share orders-common --organization o-a1b2c3d4e5",
            "lamina layer share orders-common:1")
        {
            layer, with, organization, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            IReadOnlyList<SharedWith> targets = LayerSharing.Of(parsed, with, organization);
            LayerVersionArn arn = await LayerSharing.ResolveAsync(client, parsed.GetRequiredValue(layer), cancellationToken);
            await ShareAsync(context.Terminal, client, arn, targets, cancellationToken);
            await PrintAsync(context.Terminal, client, arn, parsed.GetValue(json), cancellationToken);
            return 0;
        });
        return verb;
    }

    /// <summary>Who may use the version, as it now is.</summary>
    public static async Task PrintAsync(
        Terminal terminal, LambdaClient client, LayerVersionArn arn, bool json, CancellationToken cancellationToken)
    {
        GetLayerVersionPolicyResponse? policy = await client.FindLayerVersionPolicyAsync(arn, cancellationToken);
        if (json)
        {
            terminal.PrintJson(policy is null
                ? "null"u8
                : JsonSerializer.SerializeToUtf8Bytes(policy, ReadableJson.Indented.GetLayerVersionPolicyResponse));
            return;
        }

        IReadOnlyList<SharedWith> all = policy is null ? [] : LayerSharing.Read(policy.Policy!);
        if (all.Count == 0)
        {
            terminal.Note($"{arn} is shared with nobody: only its own account may use it.");
            return;
        }

        Table table = Terminal.Columns("SHARED WITH", "STATEMENT");
        foreach (SharedWith one in all)
        {
            table.AddRow(new Text(one.Readable), new Text(one.StatementId));
        }

        terminal.Print(table);
    }

    /// <summary>Whom a statement lets in already is not named twice.</summary>
    private static async Task ShareAsync(
        Terminal terminal, LambdaClient client, LayerVersionArn arn, IReadOnlyList<SharedWith> targets, CancellationToken cancellationToken)
    {
        if (targets.Count == 0)
        {
            return;
        }

        GetLayerVersionPolicyResponse? policy = await client.FindLayerVersionPolicyAsync(arn, cancellationToken);
        IReadOnlyList<SharedWith> before = policy is null ? [] : LayerSharing.Read(policy.Policy!);
        foreach (SharedWith target in targets)
        {
            if (before.Any(target.IsSameAs))
            {
                terminal.Note($"{arn} was shared with {target.Readable} already");
                continue;
            }

            var request = new AddLayerVersionPermissionRequest
            {
                StatementId = target.StatementId,
                Action = "lambda:GetLayerVersion",
                Principal = target.Principal,
                OrganizationId = target.OrganizationId,
            };
            await client.AddLayerVersionPermissionAsync(arn, request, cancellationToken);
        }
    }
}
