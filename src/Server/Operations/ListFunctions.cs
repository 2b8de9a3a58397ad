using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListFunctions(FunctionDirectory directory) : IOperation
{
    private const int PageSize = 50;

    public string Name => "ListFunctions";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        // FunctionVersion=ALL adds published versions, of which there are none yet.
        ListFunctionsRequest request = LambdaRequests.ListFunctions(call);
        // AWS gives at most 50 whatever is asked (API reference, MaxItems).
        int size = Math.Min(request.MaxItems ?? PageSize, PageSize);
        (List<FunctionVersion> items, string? next) = Page.Take(
            directory.List(call.Caller, Page.After(request.Marker)), size, static function => function.Name);
        ListFunctionsResponse response = new()
        {
            NextMarker = next,
            Functions = [.. items.Select(FunctionAnswers.Summary)],
        };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListFunctionsResponse));
    }
}
