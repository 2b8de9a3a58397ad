using Lamina.Companions.Logs;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Logs;

internal sealed class CreateLogGroup(LogGroups groups) : IJsonOperation
{
    public string Name => "CreateLogGroup";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        await groups.CreateAsync(
            call.Caller,
            call.Request.RequiredText("logGroupName"),
            call.Request.Text("logGroupClass"),
            call.Request.Text("kmsKeyId"),
            call.Request.Flag("deletionProtectionEnabled") ?? false,
            call.Request.TextMap("tags"),
            cancellationToken);
        return JsonResult.None;
    }
}
