using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

/// <summary>
/// Invoke: RequestResponse waits for the outcome, Event hands the event over and answers, DryRun only checks.
/// What a handler does wrong is an outcome with status 200; only what keeps it from running is an error.
/// </summary>
internal sealed class Invoke(FunctionDirectory directory, Invoker invoker, EventQueue events) : IOperation
{
    public string Name => "Invoke";

    public BodyLimit Limit(OperationCall call) => call.Header("X-Amz-Invocation-Type") == "Event"
        ? InvokePayload.Limit(Limits.AsyncPayloadBytes, "Event")
        : InvokePayload.Limit(Limits.SyncPayloadBytes, "RequestResponse");

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        InvocationRequest request = LambdaRequests.Invoke(call);
        InvokePayload.CheckContentType(call.ContentType);
        FunctionVersion function = directory.ResolveInvocable(
            call.Caller, request.FunctionName!, request.Qualifier, out FunctionReference reference);
        InvokePayload.CheckJson(call.Body.Span);
        Invocation invocation = InvokePayload.InvocationOf(call, reference, request.ClientContext, withLogTail: request.LogType == "Tail");
        switch (request.InvocationType)
        {
            case "DryRun":
                return Answer.Empty(204);
            case "Event":
                await events.AcceptAsync(function, reference.Qualifier, invocation, cancellationToken);
                return Answer.Empty(202);
            default:
                InvokeOutcome outcome = await invoker.InvokeAsync(function, invocation, cancellationToken);
                while (outcome.Result == InvokeResult.VersionGone)
                {
                    function = directory.ResolveInvocable(call.Caller, request.FunctionName!, request.Qualifier);
                    outcome = await invoker.InvokeAsync(function, invocation, cancellationToken);
                }

                return ToAnswer(outcome, function, invocation, withLogTail: request.LogType == "Tail");
        }
    }

    private static Answer ToAnswer(InvokeOutcome outcome, FunctionVersion function, Invocation invocation, bool withLogTail)
    {
        if (outcome.Result == InvokeResult.Throttled)
        {
            throw AwsError.TooManyRequests("Rate Exceeded.", outcome.ThrottleReason!);
        }

        Answer answer = Answer.Bytes(200, "application/json", outcome.Payload, outcome);
        answer.Headers.Add(new("X-Amz-Executed-Version", function.Version));
        answer.Headers.Add(new("X-Amzn-Trace-Id", invocation.TraceId));
        if (outcome.Result != InvokeResult.Succeeded)
        {
            answer.Headers.Add(new("X-Amz-Function-Error", "Unhandled"));
        }

        if (withLogTail)
        {
            answer.Headers.Add(new("X-Amz-Log-Result", Convert.ToBase64String(outcome.LogTail.Span)));
        }

        return answer;
    }
}
