using System.Globalization;
using System.Text;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;

namespace Lamina.Cli.Stacks;

/// <summary>What is deployed.</summary>
/// <param name="File">The template.</param>
/// <param name="Name">The stack's.</param>
/// <param name="Parameters">Those that are said; the others stay as they are in the stack.</param>
/// <param name="Quiet">Whether nothing is said on the way.</param>
internal sealed record DeployRequest(string File, string Name, IReadOnlyDictionary<string, string> Parameters, bool Quiet)
{
    /// <summary>Null: the stack's stay as they are.</summary>
    public required IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>False: on a terminal the changes are shown, and made only when they are agreed to.</summary>
    public required bool IsConfirmed { get; init; }
}

/// <param name="Changed">False when there was nothing to do.</param>
internal sealed record DeployOutcome(StackDescription Stack, bool Changed, IReadOnlyList<StackEventLine> Events);

/// <summary>Brings a template up as a stack, or changes of the stack what differs.</summary>
internal sealed class StackDeployment(Wire wire, ArtifactContent content, Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly StackClient _client = new(wire);

    public StackClient Client => _client;

    /// <summary>
    /// (1) What is local goes to the bucket; (2) the changes are computed; (3) no changes are a success; (4) else they are made, when they are
    /// agreed to, while their events are shown.
    /// </summary>
    public async Task<DeployOutcome> RunAsync(DeployRequest request, LocalTemplate local, CancellationToken cancellationToken)
    {
        StackDescription? before = await _client.FindAsync(request.Name, cancellationToken);
        Check(before);
        var bucket = new DeployBucket(wire, await _client.AccountAsync(cancellationToken));
        (string Name, string? Value) template = await terminal.WithProgressAsync($"Packaging {request.File}", async () => await SendableAsync(
            await new TemplatePackage(bucket, content).PackAsync(local, cancellationToken), bucket, cancellationToken)); // (1)

        bool isNew = before is null or { Status: "REVIEW_IN_PROGRESS" };
        IEnumerable<string> kept = isNew ? [] : before!.Parameters
            .Intersect(local.Answer.Parameters.Select(static parameter => parameter.Name))
            .Where(key => !request.Parameters.ContainsKey(key));
        (string id, string stackId) = await _client.CreateChangeSetAsync(
            [
                ("StackName", request.Name),
                ("ChangeSetName", string.Create(CultureInfo.InvariantCulture, $"lamina-deploy-{time.GetUtcNow().ToUnixTimeMilliseconds()}")),
                ("ChangeSetType", isNew ? "CREATE" : "UPDATE"),
                template,
                .. Form(request.Parameters, kept),
                .. Tags(request.Tags),
                ("Capabilities.member.1", "CAPABILITY_IAM"),
                ("Capabilities.member.2", "CAPABILITY_NAMED_IAM"),
                ("Capabilities.member.3", "CAPABILITY_AUTO_EXPAND"),
            ],
            cancellationToken);
        if (!await HasChangesAsync(id, stackId, isNew, request.File, cancellationToken)) // (2)
        {
            terminal.Note($"no changes: {request.Name} is as the template says"); // (3)
            return new DeployOutcome(before!, Changed: false, []);
        }

        if (!request.IsConfirmed && terminal.IsInteractive)
        {
            await ConfirmAsync(id, stackId, isNew, cancellationToken);
        }

        var progress = new StackProgress(_client, stackId, terminal, time, request.Quiet);
        await progress.SkipAsync(cancellationToken);
        StackDescription after = await progress.FollowAsync(_client.ExecuteChangeSetAsync(id, cancellationToken), cancellationToken); // (4)
        return new DeployOutcome(after, Changed: true, progress.Events);
    }

    /// <summary>Takes a stack away whose creation failed, so that it can be created anew. Nothing for any other.</summary>
    public async Task ClearFailedAsync(DeployRequest request, CancellationToken cancellationToken)
    {
        if (await _client.FindAsync(request.Name, cancellationToken) is { } stack && IsDead(stack))
        {
            terminal.Note($"{request.Name} is in {stack.Status} and goes, to be made anew");
            var progress = new StackProgress(_client, stack.Id, terminal, time, quiet: true);
            await progress.SkipAsync(cancellationToken);
            await progress.FollowAsync(_client.DeleteAsync(stack.Id, cancellationToken), cancellationToken);
        }
    }

    private static bool IsDead(StackDescription stack) => stack.Status is "ROLLBACK_COMPLETE" or "ROLLBACK_FAILED" or "CREATE_FAILED" or "DELETE_FAILED";

    /// <summary>A stack whose creation failed can only be deleted.</summary>
    private static void Check(StackDescription? stack)
    {
        if (stack is not null && IsDead(stack))
        {
            throw new CliError($"The stack is in {stack.Status} and cannot be updated.", stack.Name, $"Delete it first: lamina delete {stack.Name}");
        }
    }

    /// <summary>Whether there is anything to execute; an error when the change set could not be made, whose traces then go.</summary>
    private async Task<bool> HasChangesAsync(string id, string stackId, bool isNew, string file, CancellationToken cancellationToken)
    {
        (string status, string? reason) = await _client.DescribeChangeSetAsync(id, cancellationToken);
        while (status is "CREATE_PENDING" or "CREATE_IN_PROGRESS")
        {
            await Task.Delay(Pause, time, cancellationToken);
            (status, reason) = await _client.DescribeChangeSetAsync(id, cancellationToken);
        }

        if (status == "CREATE_COMPLETE")
        {
            return true;
        }

        await ForgetAsync(id, stackId, isNew, cancellationToken);
        bool isUnchanged = reason?.Contains("didn't contain changes", StringComparison.Ordinal) == true
            || reason?.Contains("No updates are to be performed", StringComparison.Ordinal) == true;
        return isUnchanged && !isNew
            ? false
            : throw new CliError($"The template cannot be deployed: {reason ?? status}", file, "Mend the template and deploy it again.");
    }

    /// <summary>Shows the changes and asks; an error when they are declined, whose traces then go.</summary>
    private async Task ConfirmAsync(string id, string stackId, bool isNew, CancellationToken cancellationToken)
    {
        await foreach (StackChangeLine change in _client.ChangesAsync(id, cancellationToken))
        {
            terminal.Tell("yellow", change.Action, $"{change.LogicalId} {change.Type}{(change.Replaces ? " (replaced)" : "")}");
        }

        if (!await terminal.AgreesAsync("Deploy this changeset", otherwise: false, cancellationToken))
        {
            await ForgetAsync(id, stackId, isNew, cancellationToken);
            throw new CliError("The changes were declined: nothing is deployed.", null, "Answer y, or take confirm_changeset out of samconfig.toml.");
        }
    }

    /// <summary>The change set, and the stack that was made for it alone.</summary>
    private async Task ForgetAsync(string id, string stackId, bool isNew, CancellationToken cancellationToken)
    {
        await _client.DeleteChangeSetAsync(id, cancellationToken);
        if (isNew)
        {
            await _client.DeleteAsync(stackId, cancellationToken);
        }
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

    private static IEnumerable<(string Name, string? Value)> Tags(IReadOnlyDictionary<string, string>? tags)
    {
        int number = 0;
        foreach ((string key, string value) in tags ?? new Dictionary<string, string>())
        {
            string prefix = string.Create(CultureInfo.InvariantCulture, $"Tags.member.{++number}");
            yield return ($"{prefix}.Key", key);
            yield return ($"{prefix}.Value", value);
        }
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
}
