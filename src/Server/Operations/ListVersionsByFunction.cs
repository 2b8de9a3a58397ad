using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListVersionsByFunction(FunctionDirectory directory) : IOperation
{
    public string Name => "ListVersionsByFunction";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListVersionsByFunctionRequest request = LambdaRequests.ListVersionsByFunction(call);
        (List<FunctionVersion> items, string? next) = Page.Take(
            directory.ListVersions(call.Caller, request.FunctionName!, Page.After(request.Marker)),
            Page.SizeOf(request.MaxItems),
            static version => version.Version);
        ListVersionsByFunctionResponse response = new() { NextMarker = next, Versions = [.. items.Select(FunctionAnswers.QualifiedSummary)] };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListVersionsByFunctionResponse));
    }
}
