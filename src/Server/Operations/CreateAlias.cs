using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class CreateAlias(FunctionAliases aliases) : IOperation
{
    public string Name => "CreateAlias";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        CreateAliasRequest request = LambdaRequests.CreateAlias(call.Body.Span, call);
        return AliasAnswers.Of(201, await aliases.CreateAsync(call.Caller, request, cancellationToken));
    }
}
