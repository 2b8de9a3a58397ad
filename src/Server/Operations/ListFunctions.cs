using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListFunctions(FunctionDirectory directory) : IOperation
{
    public string Name => "ListFunctions";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListFunctionsRequest request = LambdaRequests.ListFunctions(call);
        bool all = request.FunctionVersion == "ALL";
        string? after = Page.After(request.Marker);
        (List<FunctionVersion> items, string? next) = all
            ? Page.Take(
                directory.ListAllVersions(call.Caller, after),
                Page.SizeOf(request.MaxItems),
                static version => $"{version.Name}:{version.Version}")
            : Page.Take(directory.List(call.Caller, after), Page.SizeOf(request.MaxItems), static function => function.Name);
        ListFunctionsResponse response = new()
        {
            NextMarker = next,
            Functions = [.. all ? items.Select(FunctionAnswers.QualifiedSummary) : items.Select(FunctionAnswers.Summary)],
        };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListFunctionsResponse));
    }
}
