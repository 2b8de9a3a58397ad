using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

/// <summary>InvokeAsync, which AWS has replaced by Invoke with the type Event: the same event, an answer with a body.</summary>
internal sealed class InvokeAsync(FunctionDirectory directory, EventQueue events) : IOperation
{
    private static readonly ReadOnlyMemory<byte> Accepted = "{\"Status\":202}"u8.ToArray();

    public string Name => "InvokeAsync";

    public BodyLimit Limit(OperationCall call) => InvokePayload.Limit(Limits.AsyncPayloadBytes, "Event");

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        InvokeAsyncRequest request = LambdaRequests.InvokeAsync(call);
        FunctionVersion function = directory.ResolveInvocable(call.Caller, request.FunctionName!, null);
        InvokePayload.CheckJson(call.Body.Span);
        Invocation invocation = new()
        {
            RequestId = call.RequestId,
            Payload = call.Body.IsEmpty ? InvokePayload.EmptyEvent : call.Body,
            InvokedFunctionArn = function.Arn.ToString(),
            ClientContext = null,
            TraceId = TraceId.Of(call.Header("X-Amzn-Trace-Id")),
            WantsLogTail = false,
        };
        await events.AcceptAsync(function, null, invocation, cancellationToken);
        return Answer.Bytes(202, "application/json", Accepted, owner: null);
    }
}
