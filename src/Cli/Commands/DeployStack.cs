using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lamina.Cli.Lambda;
using Lamina.Cli.Stacks;
using Lamina.Contract;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina deploy</c>: brings a SAM or CloudFormation template up as a stack, or changes of the stack what differs.</summary>
internal static partial class DeployStack
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static Verb Create(CliContext context)
    {
        var template = new Argument<string>("TEMPLATE") { Description = "A SAM or CloudFormation template, YAML or JSON" };
        var stack = new Option<string?>("--stack")
        {
            Description = "Name of the stack (default: the name of the template's folder)",
            HelpName = "NAME",
        };
        var parameters = new Option<string[]>("--parameter")
        {
            Description = "A parameter of the template; may be said several times. What is not said stays as it is in the stack",
            HelpName = "KEY=VALUE",
        };
        var json = Json.Option();
        EnvironmentVariables.Validate(parameters);
        var verb = new Verb(
            "deploy",
            "Deploy a template with the code and layers beside it, and show the outputs",
            "lamina deploy examples/store/template.yaml --stack store",
            "lamina deploy template.yaml --stack store --parameter Currency=CHF")
        {
            template, stack, parameters, json,
        };
        verb.SetAction((parsed, cancellationToken) =>
        {
            string file = parsed.GetRequiredValue(template);
            return RunAsync(
                context,
                context.Wire(parsed),
                file,
                parsed.GetValue(stack) ?? StackName(file),
                EnvironmentVariables.Of(parsed, parameters) ?? new Dictionary<string, string>(StringComparer.Ordinal),
                parsed.GetValue(json),
                cancellationToken);
        });
        return verb;
    }

    /// <summary>
    /// (1) The code goes to the bucket; (2) the changes are computed; (3) no changes are a success; (4) else they are made while their events
    /// are shown.
    /// </summary>
    private static async Task<int> RunAsync(
        CliContext context, Wire wire, string file, string name, IReadOnlyDictionary<string, string> parameters, bool json,
        CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            throw new CliError("There is no such template.", Path.GetFullPath(file), "Check the path.");
        }

        string text = await File.ReadAllTextAsync(file, cancellationToken);
        var client = new StackClient(wire);
        StackDescription? before = await client.FindAsync(name, cancellationToken);
        Check(before);
        var bucket = new DeployBucket(wire, await client.AccountAsync(cancellationToken));
        (string Name, string? Value) template = await context.Terminal.WithProgressAsync($"Packaging {file}", async () => await SendableAsync(
            await TemplatePackage.PackAsync(text, file, bucket, context.Terminal, cancellationToken), bucket, cancellationToken)); // (1)

        bool isNew = before is null or { Status: "REVIEW_IN_PROGRESS" };
        IEnumerable<string> kept = isNew || before!.Parameters.All(parameters.ContainsKey)
            ? []
            : before.Parameters.Intersect(await client.ParametersAsync(template, cancellationToken)).Where(key => !parameters.ContainsKey(key));
        (string id, string stackId) = await client.CreateChangeSetAsync(
            [
                ("StackName", name),
                ("ChangeSetName", string.Create(CultureInfo.InvariantCulture, $"lamina-deploy-{context.Time.GetUtcNow().ToUnixTimeMilliseconds()}")),
                ("ChangeSetType", isNew ? "CREATE" : "UPDATE"),
                template,
                .. Form(parameters, kept),
                ("Capabilities.member.1", "CAPABILITY_IAM"),
                ("Capabilities.member.2", "CAPABILITY_NAMED_IAM"),
                ("Capabilities.member.3", "CAPABILITY_AUTO_EXPAND"),
            ],
            cancellationToken);
        if (!await HasChangesAsync(context, client, id, stackId, isNew, file, cancellationToken)) // (2)
        {
            context.Terminal.Note($"no changes: {name} is as the template says"); // (3)
            return StackProgress.Conclude(context.Terminal, before!, changed: false, [], json);
        }

        var progress = new StackProgress(client, stackId, context.Terminal, context.Time, quiet: json);
        await progress.SkipAsync(cancellationToken);
        return progress.Conclude(await progress.FollowAsync(client.ExecuteChangeSetAsync(id, cancellationToken), cancellationToken), json); // (4)
    }

    /// <summary>A stack whose creation failed can only be deleted.</summary>
    private static void Check(StackDescription? stack)
    {
        if (stack?.Status is "ROLLBACK_COMPLETE" or "ROLLBACK_FAILED" or "CREATE_FAILED" or "DELETE_FAILED")
        {
            throw new CliError($"The stack is in {stack.Status} and cannot be updated.", stack.Name, $"Delete it first: lamina delete {stack.Name}");
        }
    }

    /// <summary>Whether there is anything to execute; an error when the change set could not be made, whose traces then go.</summary>
    private static async Task<bool> HasChangesAsync(
        CliContext context, StackClient client, string id, string stackId, bool isNew, string file, CancellationToken cancellationToken)
    {
        (string status, string? reason) = await client.DescribeChangeSetAsync(id, cancellationToken);
        while (status is "CREATE_PENDING" or "CREATE_IN_PROGRESS")
        {
            await Task.Delay(Pause, context.Time, cancellationToken);
            (status, reason) = await client.DescribeChangeSetAsync(id, cancellationToken);
        }

        if (status == "CREATE_COMPLETE")
        {
            return true;
        }

        await client.DeleteChangeSetAsync(id, cancellationToken);
        if (isNew)
        {
            await client.DeleteAsync(stackId, cancellationToken);
        }

        bool isUnchanged = reason?.Contains("didn't contain changes", StringComparison.Ordinal) == true
            || reason?.Contains("No updates are to be performed", StringComparison.Ordinal) == true;
        return isUnchanged && !isNew
            ? false
            : throw new CliError($"The template cannot be deployed: {reason ?? status}", file, "See all faults at once: lamina sam validate");
    }

    /// <summary>A long template goes through the bucket, as CloudFormation wants it.</summary>
    private static async Task<(string Name, string? Value)> SendableAsync(
        string template, DeployBucket bucket, CancellationToken cancellationToken)
    {
        byte[] text = Encoding.UTF8.GetBytes(template);
        return text.Length <= Limits.TemplateBodyBytes
            ? ("TemplateBody", template)
            : ("TemplateURL", $"https://s3.amazonaws.com/{bucket.Name}/{await bucket.UploadAsync(text, ".template", cancellationToken)}");
    }

    private static IEnumerable<(string Name, string? Value)> Form(IReadOnlyDictionary<string, string> given, IEnumerable<string> kept)
    {
        int number = 0;
        IEnumerable<(string Key, string? Value)> all =
            [.. given.Select(static one => (one.Key, (string?)one.Value)), .. kept.Select(static key => (key, (string?)null))];
        foreach ((string key, string? value) in all)
        {
            string prefix = string.Create(CultureInfo.InvariantCulture, $"Parameters.member.{++number}");
            yield return ($"{prefix}.ParameterKey", key);
            yield return value is null ? ($"{prefix}.UsePreviousValue", "true") : ($"{prefix}.ParameterValue", value);
        }
    }

    /// <summary>Of the template's folder.</summary>
    private static string StackName(string file)
    {
        string folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)) ?? string.Empty);
        return NamePattern().IsMatch(folder)
            ? folder
            : throw new CliError($"The name of the template's folder, '{folder}', is no stack's name.", file, "Say one: --stack NAME");
    }

    [GeneratedRegex(@"\A[A-Za-z][-A-Za-z0-9]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
