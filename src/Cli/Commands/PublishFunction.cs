using System.CommandLine;
using Lamina.Cli.Lambda;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina function publish</c>: the version's ARN goes to standard output; with an alias, the alias's.</summary>
internal static class PublishFunction
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "Name or ARN of the function" };
        var description = new Option<string?>("--description") { Description = "What the version is (default: the function's own description)" };
        var alias = new Option<string?>("--alias") { Description = "Point this alias at the version; it is made when it is not there", HelpName = "ALIAS" };
        var verb = new Verb(
            "publish",
            "Freeze the function as it is now in a numbered version; without a change since, the last version stays the newest",
            "lamina function publish orders-python",
            "lamina function publish orders-python --alias live && lamina invoke orders-python:live")
        {
            name, description, alias,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            string function = parsed.GetRequiredValue(name);
            FunctionConfiguration version = await client.PublishVersionAsync(
                function, new PublishVersionRequest { Description = parsed.GetValue(description) }, cancellationToken);
            string? arn = version.FunctionArn;
            if (parsed.GetValue(alias) is { } aliasName)
            {
                AliasConfiguration pointed = await client.PointAliasAsync(function, aliasName, version.Version!, cancellationToken);
                arn = pointed.AliasArn;
            }

            context.Terminal.Note($"version {version.Version} of {version.FunctionName}");
            context.Terminal.Output.WriteLine(arn);
            return 0;
        });
        return verb;
    }
}
