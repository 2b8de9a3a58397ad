using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class UpdateFunctionConfiguration(FunctionEditor editor) : IOperation
{
    public string Name => "UpdateFunctionConfiguration";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        UpdateFunctionConfigurationRequest request = LambdaRequests.UpdateFunctionConfiguration(call.Body.Span, call);
        return FunctionAnswers.Configuration(200, await editor.UpdateConfigurationAsync(call.Caller, request, cancellationToken));
    }
}
