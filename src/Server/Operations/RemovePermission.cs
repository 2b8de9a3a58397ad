using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class RemovePermission(FunctionPermissions permissions) : IOperation
{
    public string Name => "RemovePermission";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        RemovePermissionRequest request = LambdaRequests.RemovePermission(call);
        await permissions.RemoveAsync(call.Caller, request, cancellationToken);
        return Answer.Empty(204);
    }
}
