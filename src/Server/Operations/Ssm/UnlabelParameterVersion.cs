using Lamina.Companions.Ssm;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class UnlabelParameterVersion(ParameterLabels labels) : IJsonOperation
{
    public string Name => "UnlabelParameterVersion";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        (IReadOnlyList<string> removed, IReadOnlyList<string> invalid) = await labels.RemoveAsync(
            call.Caller, call.Request.RequiredText("Name"), call.Request.Long("ParameterVersion") ?? 0, call.Request.Texts("Labels") ?? [], cancellationToken);
        return new JsonResult(json =>
        {
            SsmAnswers.WriteTexts(json, "RemovedLabels", removed);
            SsmAnswers.WriteTexts(json, "InvalidLabels", invalid);
        });
    }
}
