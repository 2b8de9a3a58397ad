using Lamina.Companions.Ssm;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class GetParameter(Parameters parameters) : IJsonOperation
{
    public string Name => "GetParameter";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        FoundParameter found = parameters.Get(call.Caller, call.Request.RequiredText("Name"), call.Request.Flag("WithDecryption") ?? false);
        return Task.FromResult(new JsonResult(json =>
        {
            json.WritePropertyName("Parameter");
            SsmAnswers.WriteValue(json, found);
        }));
    }
}
