using Lamina.Companions.Ssm;
using Lamina.Contract;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class GetParametersByPath(Parameters parameters) : IJsonOperation
{
    public string Name => "GetParametersByPath";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        string path = call.Request.RequiredText("Path");
        bool recursive = call.Request.Flag("Recursive") ?? false;
        IReadOnlyList<ParameterFilter> filters = SsmAnswers.FiltersOf(call);
        ParameterFilter.Check(filters, byPath: true);
        IEnumerable<FoundParameter> found = parameters
            .ListByPath(call.Caller, path, recursive, SsmAnswers.AfterOf(call), call.Request.Flag("WithDecryption") ?? false)
            .Where(parameter => filters.All(filter => filter.Matches(parameter)));
        return Task.FromResult(SsmAnswers.Page(call, Limits.ParametersByPath, found, static one => one.Parameter.Name, SsmAnswers.WriteValue));
    }
}
