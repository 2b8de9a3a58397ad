using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Lambda;

/// <summary>The wire's JSON: absent members stay absent, as AWS's clients send them.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PublishLayerVersionRequest))]
[JsonSerializable(typeof(PublishLayerVersionResponse))]
[JsonSerializable(typeof(GetLayerVersionResponse))]
[JsonSerializable(typeof(ListLayersResponse))]
[JsonSerializable(typeof(ListLayerVersionsResponse))]
[JsonSerializable(typeof(CreateFunctionRequest))]
[JsonSerializable(typeof(UpdateFunctionCodeRequest))]
[JsonSerializable(typeof(UpdateFunctionConfigurationRequest))]
[JsonSerializable(typeof(FunctionConfiguration))]
[JsonSerializable(typeof(ListFunctionsResponse))]
[JsonSerializable(typeof(IReadOnlyList<LayersListItem>))]
[JsonSerializable(typeof(IReadOnlyList<FunctionConfiguration>))]
internal sealed partial class LambdaJson : JsonSerializerContext
{
    /// <summary>The same shapes for people and jq: indented, and an apostrophe stays an apostrophe.</summary>
    public static LambdaJson Readable { get; } = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
