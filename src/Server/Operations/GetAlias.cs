using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetAlias(FunctionAliases aliases) : IOperation
{
    public string Name => "GetAlias";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetAliasRequest request = LambdaRequests.GetAlias(call);
        return Task.FromResult(AliasAnswers.Of(200, aliases.Get(call.Caller, request.FunctionName!, request.Name!)));
    }
}
