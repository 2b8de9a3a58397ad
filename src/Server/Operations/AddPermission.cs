using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class AddPermission(FunctionPermissions permissions) : IOperation
{
    public string Name => "AddPermission";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        AddPermissionRequest request = LambdaRequests.AddPermission(call.Body.Span, call);
        AddPermissionResponse response = new() { Statement = (await permissions.AddAsync(call.Caller, request, cancellationToken)).ToString() };
        return Answer.Json(201, response, LambdaJson.Default.AddPermissionResponse);
    }
}
