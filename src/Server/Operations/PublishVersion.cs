using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class PublishVersion(FunctionPublisher publisher) : IOperation
{
    public string Name => "PublishVersion";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        PublishVersionRequest request = LambdaRequests.PublishVersion(call.Body.Span, call);
        FunctionVersion version = await publisher.PublishAsync(call.Caller, request, cancellationToken);
        return FunctionAnswers.Configuration(201, version);
    }
}
