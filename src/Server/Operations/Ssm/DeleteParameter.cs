using Lamina.Companions.Ssm;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class DeleteParameter(Parameters parameters) : IJsonOperation
{
    public string Name => "DeleteParameter";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await parameters.DeleteAsync(call.Caller, call.Request.RequiredText("Name"), cancellationToken);
        return new JsonResult(static _ => { });
    }
}
