using Lamina.Companions.Ssm;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class LabelParameterVersion(ParameterLabels labels) : IJsonOperation
{
    public string Name => "LabelParameterVersion";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        (long version, IReadOnlyList<string> invalid) = await labels.AddAsync(
            call.Caller, call.Request.RequiredText("Name"), call.Request.Long("ParameterVersion"), call.Request.Texts("Labels") ?? [], cancellationToken);
        return new JsonResult(json =>
        {
            SsmAnswers.WriteTexts(json, "InvalidLabels", invalid);
            json.WriteNumber("ParameterVersion", version);
        });
    }
}
