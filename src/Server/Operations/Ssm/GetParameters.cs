using Lamina.Companions.Ssm;
using Lamina.Contract;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

internal sealed class GetParameters(Parameters parameters) : IJsonOperation
{
    public string Name => "GetParameters";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        bool decrypt = call.Request.Flag("WithDecryption") ?? false;
        (string Name, FoundParameter? Found)[] asked =
        [
            .. (call.Request.Texts("Names") ?? []).Distinct(StringComparer.Ordinal).Select(name => (name, Find(call, name, decrypt))),
        ];
        return Task.FromResult(new JsonResult(json =>
        {
            json.WriteStartArray("Parameters");
            foreach ((_, FoundParameter? found) in asked.Where(static one => one.Found is not null))
            {
                SsmAnswers.WriteValue(json, found!);
            }

            json.WriteEndArray();
            SsmAnswers.WriteTexts(json, "InvalidParameters", asked.Where(static one => one.Found is null).Select(static one => one.Name));
        }));
    }

    /// <summary>Of many, one whose version is not there is as invalid as one that is not there at all.</summary>
    private FoundParameter? Find(JsonCall call, string name, bool decrypt)
    {
        try
        {
            return parameters.Find(call.Caller, name, decrypt);
        }
        catch (AwsError error) when (error.Code == "ParameterVersionNotFound")
        {
            return null;
        }
    }
}
