using Lamina.Companions.Ssm;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class DeleteParameters(Parameters parameters) : IJsonOperation
{
    public string Name => "DeleteParameters";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> names = call.Request.Texts("Names") ?? [];
        IReadOnlyList<string> deleted = await parameters.DeleteAsync(call.Caller, names, cancellationToken);
        return new JsonResult(json =>
        {
            SsmAnswers.WriteTexts(json, "DeletedParameters", deleted);
            SsmAnswers.WriteTexts(json, "InvalidParameters", names.Except(deleted));
        });
    }
}
