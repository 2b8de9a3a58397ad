using System.Globalization;
using System.Text;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Nested;

/// <summary>
/// AWS::CloudFormation::CustomResource and Custom::*. (1) The function is invoked with the request; (2) it, or whoever it handed the URL
/// to, puts the answer; (3) the answer says what became of the resource.
/// </summary>
internal sealed class CustomResourceType(StackRoomParts rooms) : IResourceType
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromHours(1);
    private readonly AnswerBox _answers = new(rooms);

    public string Name => ResourceTypes.CustomResource;

    public ResourceShape Shape { get; } = new() { Required = ["ServiceToken"], Replacing = ResourceShape.Set("ServiceToken") };

    public string? MarkBefore(ResourceCall call) => null;

    public Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken) => AskAsync(call, "Create", null, cancellationToken);

    public Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
        AskAsync(call, "Update", before, cancellationToken);

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => AskAsync(call, "Delete", null, cancellationToken);

    private async Task<ResourceResult> AskAsync(ResourceCall call, string request, TemplateMap? before, CancellationToken cancellationToken)
    {
        TimeSpan timeout = int.TryParse(call.Text("ServiceTimeout"), CultureInfo.InvariantCulture, out int seconds) && seconds is > 0 and <= 3600
            ? TimeSpan.FromSeconds(seconds) : DefaultTimeout;
        string requestId = Guid.NewGuid().ToString();
        string key = $"{call.Stack.Guid}/{call.LogicalId}/{requestId}";
        string url = await _answers.NewUrlAsync(call.Caller, key, timeout, cancellationToken);
        using CancellationTokenSource timeOver = new(timeout, rooms.Time);
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(timeOver.Token, cancellationToken, call.GivenUp);
        TemplateMap answer;
        try
        {
            Task<TemplateMap> answered = _answers.WaitAsync(call.Caller, key, waiting.Token);
            ReadOnlyMemory<byte> payload = EventOf(call, request, before, url, requestId);
            if (await InvokeAsync(call, payload, requestId, waiting.Token) is { } failure && !answered.IsCompleted) // 1
            {
                await waiting.CancelAsync();
                await ((Task)answered).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw failure;
            }

            answer = await answered; // 2
        }
        catch (OperationCanceledException) when (timeOver.IsCancellationRequested)
        {
            throw StackErrors.Validation(
                $"CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [{requestId}]. "
                + "If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.");
        }

        return ResultOf(call, answer, requestId); // 3
    }

    private static ResourceResult ResultOf(ResourceCall call, TemplateMap answer, string requestId)
    {
        if (Scalars.TextOf(answer["Status"]) != "SUCCESS")
        {
            throw StackErrors.Validation(
                $"Received response status [{Scalars.TextOf(answer["Status"]) ?? "null"}] from custom resource. Message returned: {Scalars.TextOf(answer["Reason"])} (RequestId: {requestId})");
        }

        string id = Scalars.TextOf(answer["PhysicalResourceId"]) ?? call.PhysicalId
            ?? throw StackErrors.Validation("Invalid PhysicalResourceId: the custom resource's response has none.");
        return new ResourceResult(id, answer["Data"] as TemplateMap ?? []);
    }

    /// <summary>What is wrong where the function failed; it may have answered before.</summary>
    private async Task<AwsError?> InvokeAsync(ResourceCall call, ReadOnlyMemory<byte> payload, string requestId, CancellationToken cancellationToken)
    {
        string token = call.RequiredText("ServiceToken");
        if (!token.StartsWith("arn:aws:lambda:", StringComparison.Ordinal))
        {
            return StackErrors.Validation($"Invalid service token: {token} is not the ARN of a function. Lamina does not serve topics of SNS as service tokens yet.");
        }

        FunctionVersion function = rooms.FunctionDirectory.ResolveInvocable(call.Caller, token, null, out FunctionReference reference);
        Invocation invocation = new()
        {
            RequestId = requestId,
            Payload = payload,
            InvokedFunctionArn = reference.ToString(),
            ClientContext = null,
            TraceId = TraceId.Of(null),
            WantsLogTail = false,
        };
        using InvokeOutcome outcome = await rooms.Invoker.InvokeAsync(function, invocation, cancellationToken);
        return outcome.Result == InvokeResult.Succeeded ? null : StackErrors.Validation(
            $"The function {token} failed and did not answer ({outcome.Result}): {Encoding.UTF8.GetString(outcome.Payload.Span)} (RequestId: {requestId})");
    }

    private static ReadOnlyMemory<byte> EventOf(ResourceCall call, string request, TemplateMap? before, string url, string requestId)
    {
        TemplateMap asked = new()
        {
            ["RequestType"] = request,
            ["ServiceToken"] = call.RequiredText("ServiceToken"),
            ["ResponseURL"] = url,
            ["StackId"] = call.Stack.Id,
            ["RequestId"] = requestId,
            ["LogicalResourceId"] = call.LogicalId,
            ["ResourceType"] = call.Type,
            ["ResourceProperties"] = AsText(call.Properties),
        };
        if (request != "Create")
        {
            asked["PhysicalResourceId"] = call.PhysicalId!;
        }

        if (before is not null)
        {
            asked["OldResourceProperties"] = AsText(before);
        }

        return Encoding.UTF8.GetBytes(PropertiesJson.Write(asked));
    }

    /// <summary>CloudFormation gives custom resources every scalar as a string.</summary>
    private static TemplateNode AsText(TemplateNode node)
    {
        switch (node)
        {
            case TemplateMap map:
                TemplateMap texts = [];
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    texts.Set(key, AsText(value));
                }

                return texts;
            case TemplateList list:
                return new TemplateList(list.Select(AsText));
            default:
                return Scalars.TextOf(node) is { } text ? new TemplateText(text) : node;
        }
    }
}
