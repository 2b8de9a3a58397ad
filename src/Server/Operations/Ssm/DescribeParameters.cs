using Lamina.Companions.Ssm;
using Lamina.Contract;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class DescribeParameters(Parameters parameters) : IJsonOperation
{
    public string Name => "DescribeParameters";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        IReadOnlyList<ParameterFilter> filters = SsmAnswers.FiltersOf(call);
        ParameterFilter.Check(filters, byPath: false);
        if (call.Request.Structures("Filters") is { Count: > 0 } older)
        {
            filters = filters.Count == 0
                ? [.. older.Select(static filter => new ParameterFilter(filter.RequiredText("Key"), Option: null, filter.Texts("Values") ?? []))]
                : throw SsmErrors.Validation("You can use either Filters or ParameterFilters in a single request.");
        }

        // Parameters are shared between accounts through RAM only, which is not served.
        bool shared = call.Request.Flag("Shared") ?? false;
        IEnumerable<FoundParameter> found = shared ? [] : parameters.List(call.Caller, "", SsmAnswers.AfterOf(call), decrypt: false)
            .Where(parameter => filters.All(filter => filter.Matches(parameter)));
        return Task.FromResult(SsmAnswers.Page(call, Limits.DescribedParameters, found, static one => one.Parameter.Name, static (json, one) =>
        {
            json.WriteStartObject();
            json.WriteString("ARN", one.Parameter.Arn);
            SsmAnswers.WriteMetadata(json, one.Version);
            json.WriteEndObject();
        }));
    }
}
