using Lamina.Contract;
using Lamina.Stacks.Engine;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Nested;

/// <summary>AWS::CloudFormation::Stack: a stack whose life is a resource of another. Its physical id is its ARN.</summary>
internal sealed class NestedStackType(ObjectSource objects, StackDirectory directory) : IResourceType
{
    private StackEditor? _editor;

    public string Name => "AWS::CloudFormation::Stack";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("TemplateURL", "Parameters", "Tags", "TimeoutInMinutes", "NotificationARNs"),
        Required = ["TemplateURL"],
        MaxNameLength = 128,
    };

    /// <summary>The editor of stacks needs the types, this one among them.</summary>
    public void Attach(StackEditor editor) => _editor = editor;

    public string? MarkBefore(ResourceCall call) => null;

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        StackDocument? stack = call.IsRepeated ? Find(call, call.Name) : null;
        stack ??= await _editor!.CreateAsync(call.Caller, RequestOf(call, call.Name), directory.Get(call.Caller, call.Stack.Id), cancellationToken);
        await call.InitiatedAsync(stack.Id);
        return await EndAsync(stack.Id, StackStatus.CreateComplete, cancellationToken);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        string id = call.PhysicalId!;
        await _editor!.WaitAsync(id, cancellationToken);
        try
        {
            await _editor.UpdateAsync(call.Caller, RequestOf(call, id), cancellationToken);
        }
        catch (AwsError error) when (error.Message == StackErrors.NoUpdates().Message)
        {
            // The template's address may have changed and the template not.
            return ResultOf(directory.Get(call.Caller, id));
        }

        return await EndAsync(id, StackStatus.UpdateComplete, cancellationToken);
    }

    public async Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        string id = call.PhysicalId!;
        await _editor!.WaitAsync(id, cancellationToken);
        await _editor.DeleteAsync(call.Caller, id, [], mode: null, clientToken: null, cancellationToken);
        if (await _editor.WaitAsync(id, cancellationToken) is { Status: not StackStatus.DeleteComplete } left)
        {
            throw StackErrors.Validation($"Embedded stack {id} was not successfully deleted: {left.StatusReason}");
        }
    }

    private StackDocument? Find(ResourceCall call, string name) =>
        directory.List(call.Caller).FirstOrDefault(stack => stack.Name == name && stack.Status != StackStatus.DeleteComplete);

    private StackRequest RequestOf(ResourceCall call, string name) => new()
    {
        StackName = name,
        TemplateBody = objects.ReadTemplate(call.Caller, call.RequiredText("TemplateURL")),
        Parameters =
        [
            .. (call.Map("Parameters") ?? []).Entries.Select(
                static parameter => new GivenParameter(parameter.Key.Name, ValueOf(parameter.Value), UsesPrevious: false)),
        ],
        Tags = [.. RequestBodies.TagsOf(call, "Tags").Entries.Select(static tag => new StackTag(tag.Key.Name, Scalars.TextOf(tag.Value) ?? ""))],
        NotificationArns = call.Texts("NotificationARNs"),
        TimeoutMinutes = int.TryParse(call.Text("TimeoutInMinutes"), System.Globalization.CultureInfo.InvariantCulture, out int minutes) ? minutes : null,

        // Whoever deploys the outer stack has agreed to what is in it.
        Capabilities = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    };

    private static string ValueOf(TemplateNode value) =>
        value is TemplateList list ? string.Join(',', list.Select(Scalars.TextOf)) : Scalars.TextOf(value) ?? PropertiesJson.Write(value);

    private async Task<ResourceResult> EndAsync(string id, string expected, CancellationToken cancellationToken)
    {
        StackDocument? stack = await _editor!.WaitAsync(id, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return stack is not null && (stack.Status == expected || stack.Status == StackStatus.CreateComplete)
            ? ResultOf(stack)
            : throw StackErrors.Validation($"Embedded stack {id} was not successfully {(expected == StackStatus.CreateComplete ? "created" : "updated")}: {FailureOf(stack)}");
    }

    private string FailureOf(StackDocument? stack) => stack is null ? "it is gone" : directory.Events(stack)
        .Where(static happened => happened.Status.EndsWith("_FAILED", StringComparison.Ordinal))
        .Select(static happened => happened.Reason).FirstOrDefault() ?? stack.StatusReason ?? stack.Status;

    private static ResourceResult ResultOf(StackDocument stack)
    {
        TemplateMap outputs = [];
        foreach (StackOutput output in stack.Outputs)
        {
            outputs[output.Key] = output.Value;
        }

        return new ResourceResult(stack.Id, new TemplateMap { ["Outputs"] = outputs });
    }
}
