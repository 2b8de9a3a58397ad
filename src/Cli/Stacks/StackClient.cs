using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Lamina.Cli.Lambda;

namespace Lamina.Cli.Stacks;

/// <summary>The operations of CloudFormation, and of STS, that the verbs need: forms to <c>/</c>, answers in XML.</summary>
internal sealed class StackClient(Wire wire)
{
    private const string StackVersion = "2010-05-15";
    private const string SecurityTokenVersion = "2011-06-15";

    public Connection Connection => wire.Connection;

    /// <summary>The 12 digits of whom the server takes the caller for.</summary>
    public async Task<string> AccountAsync(CancellationToken cancellationToken) =>
        Required(await CallAsync(ServiceNames.Sts, SecurityTokenVersion, "GetCallerIdentity", [], cancellationToken), "Account");

    /// <summary>Null when there is no such stack.</summary>
    /// <param name="stack">Name or id; a deleted stack has only its id.</param>
    public async Task<StackDescription?> FindAsync(string stack, CancellationToken cancellationToken)
    {
        try
        {
            return (await ItemsAsync("DescribeStacks", "Stacks", [("StackName", stack)], cancellationToken)).Select(Describe).FirstOrDefault();
        }
        catch (CliError error) when (LambdaError.Is(error, "ValidationError") && error.Message.Contains("does not exist", StringComparison.Ordinal))
        {
            return null;
        }
    }

    /// <summary>Newest first.</summary>
    public async IAsyncEnumerable<StackEventLine> EventsAsync(
        string stackId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            XElement page = await CallAsync("DescribeStackEvents", [("StackName", stackId), ("NextToken", next)], cancellationToken);
            foreach (XElement one in Members(page, "StackEvents"))
            {
                yield return new StackEventLine(
                    Required(one, "EventId"), Required(one, "ResourceStatus"), Required(one, "LogicalResourceId"), Required(one, "ResourceType"),
                    Text(one, "ResourceStatusReason"));
            }

            next = Text(page, "NextToken");
        }
        while (next is not null);
    }

    /// <summary>What the stack is made of now.</summary>
    public async Task<IReadOnlyList<StackResourceLine>> ResourcesAsync(string stackId, CancellationToken cancellationToken)
    {
        List<StackResourceLine> all = [];
        string? next = null;
        do
        {
            XElement page = await CallAsync("ListStackResources", [("StackName", stackId), ("NextToken", next)], cancellationToken);
            all.AddRange(Members(page, "StackResourceSummaries").Select(static one => new StackResourceLine(
                Required(one, "LogicalResourceId"), Text(one, "PhysicalResourceId"), Required(one, "ResourceType"))));
            next = Text(page, "NextToken");
        }
        while (next is not null);

        return all;
    }

    /// <summary>Its id and its stack's.</summary>
    public async Task<(string Id, string StackId)> CreateChangeSetAsync(
        IEnumerable<(string Name, string? Value)> form, CancellationToken cancellationToken)
    {
        XElement made = await CallAsync("CreateChangeSet", form, cancellationToken);
        return (Required(made, "Id"), Required(made, "StackId"));
    }

    public async Task<(string Status, string? Reason)> DescribeChangeSetAsync(string id, CancellationToken cancellationToken)
    {
        XElement changeSet = await CallAsync("DescribeChangeSet", [("ChangeSetName", id)], cancellationToken);
        return (Required(changeSet, "Status"), Text(changeSet, "StatusReason"));
    }

    /// <summary>What it would do.</summary>
    public async IAsyncEnumerable<StackChangeLine> ChangesAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            XElement page = await CallAsync("DescribeChangeSet", [("ChangeSetName", id), ("NextToken", next)], cancellationToken);
            foreach (XElement one in Members(page, "Changes").Select(static change => Child(change, "ResourceChange")).OfType<XElement>())
            {
                yield return new StackChangeLine(
                    Required(one, "Action"), Required(one, "LogicalResourceId"), Required(one, "ResourceType"), Text(one, "Replacement") == "True");
            }

            next = Text(page, "NextToken");
        }
        while (next is not null);
    }

    public Task ExecuteChangeSetAsync(string id, CancellationToken cancellationToken) =>
        CallAsync("ExecuteChangeSet", [("ChangeSetName", id)], cancellationToken);

    public Task DeleteChangeSetAsync(string id, CancellationToken cancellationToken) =>
        CallAsync("DeleteChangeSet", [("ChangeSetName", id)], cancellationToken);

    public Task DeleteAsync(string stackId, CancellationToken cancellationToken) =>
        CallAsync("DeleteStack", [("StackName", stackId)], cancellationToken);

    private async Task<IEnumerable<XElement>> ItemsAsync(
        string action, string list, IEnumerable<(string Name, string? Value)> form, CancellationToken cancellationToken) =>
        Members(await CallAsync(action, form, cancellationToken), list);

    private Task<XElement> CallAsync(string action, IEnumerable<(string Name, string? Value)> form, CancellationToken cancellationToken) =>
        CallAsync(ServiceNames.CloudFormation, StackVersion, action, form, cancellationToken);

    /// <summary>The Result element; the answer itself where there is none.</summary>
    private async Task<XElement> CallAsync(
        string service, string version, string action, IEnumerable<(string Name, string? Value)> form, CancellationToken cancellationToken)
    {
        IEnumerable<(string Name, string? Value)> pairs = [("Action", action), ("Version", version), .. form];
        string body = string.Join(
            '&', pairs.Where(static pair => pair.Value is not null).Select(static pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value!)}"));
        using HttpRequestMessage request = wire.Request(
            service, HttpMethod.Post, "/", Encoding.UTF8.GetBytes(body), "application/x-www-form-urlencoded");
        request.Options.Set(Wire.ActionKey, $"{service}:{action}");
        using HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
        await using Stream answer = await response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            XElement root = await XElement.LoadAsync(answer, LoadOptions.None, cancellationToken);
            return Child(root, $"{action}Result") ?? root;
        }
        catch (XmlException unexpected)
        {
            throw new CliError($"The answer is not XML: {unexpected.Message}", action, "Check that --endpoint names a Lamina server.", unexpected);
        }
    }

    private static StackDescription Describe(XElement stack) => new(
        Required(stack, "StackId"),
        Required(stack, "StackName"),
        Required(stack, "StackStatus"),
        [.. Members(stack, "Parameters").Select(static one => Required(one, "ParameterKey"))],
        [.. Members(stack, "Outputs").Select(static one => (Required(one, "OutputKey"), Required(one, "OutputValue")))]);

    private static IEnumerable<XElement> Members(XElement parent, string list) => Child(parent, list)?.Elements() ?? [];

    private static XElement? Child(XElement parent, string name) => parent.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    private static string? Text(XElement parent, string name) => Child(parent, name)?.Value is { Length: > 0 } text ? text : null;

    private static string Required(XElement parent, string name) => Child(parent, name)?.Value
        ?? throw new CliError($"The answer has no {name}.", parent.Name.LocalName, "Check that --endpoint names a Lamina server.");
}

/// <param name="Parameters">Their names.</param>
internal sealed record StackDescription(
    string Id, string Name, string Status, IReadOnlyList<string> Parameters, IReadOnlyList<(string Key, string Value)> Outputs);

/// <param name="PhysicalId">Null until it was made.</param>
internal sealed record StackResourceLine(string LogicalId, string? PhysicalId, string Type);

/// <summary>What a change set does to one resource.</summary>
internal sealed record StackChangeLine(string Action, string LogicalId, string Type, bool Replaces);

/// <summary>One event of a stack, as far as it is shown.</summary>
internal sealed record StackEventLine(string Id, string Status, string LogicalId, string Type, string? Reason);
