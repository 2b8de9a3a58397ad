using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListFunctionsByCodeSigningConfig(FunctionCodeSigning signing) : IOperation
{
    public string Name => "ListFunctionsByCodeSigningConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListFunctionsByCodeSigningConfigRequest request = LambdaRequests.ListFunctionsByCodeSigningConfig(call);
        (List<string> items, string? next) = Page.Take(
            signing.ListFunctions(call.Caller, request.CodeSigningConfigArn!, Page.After(request.Marker)),
            Page.SizeOf(request.MaxItems),
            static arn => arn);
        ListFunctionsByCodeSigningConfigResponse response = new() { FunctionArns = items, NextMarker = next };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListFunctionsByCodeSigningConfigResponse));
    }
}
