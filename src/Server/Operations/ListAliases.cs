using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListAliases(FunctionAliases aliases) : IOperation
{
    public string Name => "ListAliases";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListAliasesRequest request = LambdaRequests.ListAliases(call);
        (List<FunctionAlias> items, string? next) = Page.Take(
            aliases.List(call.Caller, request.FunctionName!, request.FunctionVersion, Page.After(request.Marker)),
            Page.SizeOf(request.MaxItems),
            static alias => alias.Name);
        ListAliasesResponse response = new() { NextMarker = next, Aliases = [.. items.Select(AliasAnswers.Of)] };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListAliasesResponse));
    }
}
