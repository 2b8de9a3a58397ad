using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class UpdateAlias(FunctionAliases aliases) : IOperation
{
    public string Name => "UpdateAlias";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        UpdateAliasRequest request = LambdaRequests.UpdateAlias(call.Body.Span, call);
        return AliasAnswers.Of(200, await aliases.UpdateAsync(call.Caller, request, cancellationToken));
    }
}
