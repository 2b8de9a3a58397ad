using System.CommandLine;
using Lamina.Cli.Builds;
using Lamina.Cli.Images;
using Lamina.Cli.Lambda;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina runtimes sdk</c>: functions find the AWS SDK that Lambda's own runtimes ship.</summary>
internal static class FetchSdk
{
    public static Verb Create(CliContext context)
    {
        var family = new Argument<string>("FAMILY") { Description = "python, nodejs or ruby" };
        family.AcceptOnlyFromAmong([.. AwsSdk.ByFamily.Keys]);
        var only = new Option<string[]>("--only") { Description = "Fetch this package in place of the usual ones; may be repeated", HelpName = "PACKAGE" };
        var more = new Option<string[]>("--with") { Description = "Fetch this package besides; may be repeated", HelpName = "PACKAGE" };
        var verb = new Verb(
            "sdk",
            "Fetch the AWS SDK that Lambda's runtimes ship, by pip, npm or gem; it takes the place of one fetched before",
            "lamina runtimes sdk python",
            "lamina runtimes sdk nodejs --with @aws-sdk/client-textract",
            "lamina runtimes sdk python --only boto3==1.40.0",
            "lamina image delete lamina-sdk/python")
        {
            family, only, more,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            string wanted = parsed.GetRequiredValue(family);
            await using IImageSource source = await context.Terminal.WithProgressAsync(
                $"Fetching the AWS SDK for {wanted}",
                () => AwsSdk.ByFamily[wanted].FetchAsync(wanted, parsed.GetValue(only) ?? [], parsed.GetValue(more) ?? [], cancellationToken));
            string name = $"lamina-sdk/{wanted}:latest";
            LambdaClient client = context.Client(parsed);
            ImportedImage kept = await context.Terminal.WithProgressAsync<ImportedImage, string>(
                $"Keeping the AWS SDK for {wanted}",
                step => $"Keeping the AWS SDK for {wanted}: {step}…",
                report => new ImageTransfer(client.Images, source).RunAsync(name, report, cancellationToken));
            context.Terminal.PrintLine($"{wanted}: functions find the AWS SDK in /var/sdk ({kept.Name})");
            return 0;
        });
        return verb;
    }
}
