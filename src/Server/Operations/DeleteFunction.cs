using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

/// <summary>Answers 204 as AWS does (recorded), whatever the model's 200 says.</summary>
internal sealed class DeleteFunction(FunctionEditor editor) : IOperation
{
    public string Name => "DeleteFunction";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        DeleteFunctionRequest request = LambdaRequests.DeleteFunction(call);
        await editor.DeleteAsync(call.Caller, request.FunctionName!, request.Qualifier, cancellationToken);
        return Answer.Empty(204);
    }
}
