using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

/// <summary>InvokeWithResponseStream: what keeps the function from running is an error, and all else comes in the stream.</summary>
internal sealed class InvokeWithResponseStream(FunctionDirectory directory, Invoker invoker) : IOperation
{
    public string Name => "InvokeWithResponseStream";

    public BodyLimit Limit(OperationCall call) => InvokePayload.Limit(Limits.SyncPayloadBytes, "RequestResponse");

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        InvokeWithResponseStreamRequest request = LambdaRequests.InvokeWithResponseStream(call);
        InvokePayload.CheckContentType(call.ContentType);
        FunctionVersion function = directory.ResolveInvocable(
            call.Caller, request.FunctionName!, request.Qualifier, out FunctionReference reference);
        InvokePayload.CheckJson(call.Body.Span);
        bool withLogTail = request.LogType == "Tail";
        Invocation invocation = InvokePayload.InvocationOf(call, reference, request.ClientContext, withLogTail);
        if (request.InvocationType == "DryRun")
        {
            return Answer.Empty(204);
        }

        ResponseStream response = new();
        Task<InvokeOutcome> outcome = RunAsync(call.Caller, request, function, invocation with { Response = response }, cancellationToken);
        await Task.WhenAny(response.Begun, outcome);
        if (!response.Begun.IsCompleted && await outcome is { Result: InvokeResult.Throttled } throttled)
        {
            throw AwsError.TooManyRequests("Rate Exceeded.", throttled.ThrottleReason!);
        }

        StreamedInvocation answer = new(response, outcome, withLogTail);
        answer.Headers.Add(new("X-Amz-Executed-Version", function.Version));
        answer.Headers.Add(new("X-Amzn-Trace-Id", invocation.TraceId));
        return answer;
    }

    private async Task<InvokeOutcome> RunAsync(
        Caller caller, InvokeWithResponseStreamRequest request, FunctionVersion function, Invocation invocation, CancellationToken cancellationToken)
    {
        InvokeOutcome outcome = await invoker.InvokeAsync(function, invocation, cancellationToken);
        while (outcome.Result == InvokeResult.VersionGone)
        {
            outcome = await invoker.InvokeAsync(
                directory.ResolveInvocable(caller, request.FunctionName!, request.Qualifier), invocation, cancellationToken);
        }

        return outcome;
    }
}
