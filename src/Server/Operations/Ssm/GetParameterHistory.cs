using System.Globalization;
using Lamina.Companions.Ssm;
using Lamina.Contract;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class GetParameterHistory(Parameters parameters) : IJsonOperation
{
    public string Name => "GetParameterHistory";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        long after = SsmAnswers.AfterOf(call) is not { } token ? 0
            : long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version
            : throw SsmErrors.InvalidToken();
        IEnumerable<FoundParameter> found = parameters.History(
            call.Caller, call.Request.RequiredText("Name"), after, call.Request.Flag("WithDecryption") ?? false);
        return Task.FromResult(SsmAnswers.Page(
            call, Limits.DescribedParameters, found, static one => one.Version.Version.ToString(CultureInfo.InvariantCulture), static (json, one) =>
            {
                json.WriteStartObject();
                SsmAnswers.WriteMetadata(json, one.Version);
                json.WriteString("Value", one.Value);
                SsmAnswers.WriteTexts(json, "Labels", one.Version.Labels);
                json.WriteEndObject();
            }));
    }
}
