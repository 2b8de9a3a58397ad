using Lamina.Companions.Ssm;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class PutParameter(Parameters parameters) : IJsonOperation
{
    public string Name => "PutParameter";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Text("Policies") is not (null or "" or "[]"))
        {
            throw SsmErrors.Validation("Lamina does not serve parameter policies: Policies must be empty.");
        }

        ParameterVersion version = await parameters.PutAsync(
            call.Caller,
            new ParameterDraft
            {
                Name = call.Request.RequiredText("Name"),
                Value = call.Request.RequiredText("Value"),
                Type = call.Request.Text("Type"),
                KeyId = call.Request.Text("KeyId"),
                Description = call.Request.Text("Description"),
                AllowedPattern = call.Request.Text("AllowedPattern"),
                Tier = call.Request.Text("Tier"),
                DataType = call.Request.Text("DataType"),
                Overwrite = call.Request.Flag("Overwrite") ?? false,
                Tags = SsmAnswers.TagsOf(call.Request),
            },
            cancellationToken);
        return new JsonResult(json =>
        {
            json.WriteNumber("Version", version.Version);
            json.WriteString("Tier", version.Tier);
        });
    }
}
