using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class DeleteAlias(FunctionAliases aliases) : IOperation
{
    public string Name => "DeleteAlias";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        DeleteAliasRequest request = LambdaRequests.DeleteAlias(call);
        await aliases.DeleteAsync(call.Caller, request.FunctionName!, request.Name!, cancellationToken);
        return Answer.Empty(204);
    }
}
