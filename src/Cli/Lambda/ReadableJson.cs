using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Lambda;

/// <summary>What <c>--json</c> prints, for people and jq: indented, and an apostrophe stays an apostrophe. The wire has its own, in Contract.</summary>
[JsonSerializable(typeof(PublishLayerVersionResponse))]
[JsonSerializable(typeof(FunctionConfiguration))]
[JsonSerializable(typeof(IReadOnlyList<LayersListItem>))]
[JsonSerializable(typeof(IReadOnlyList<FunctionConfiguration>))]
[JsonSerializable(typeof(IReadOnlyList<OptEntry>))]
[JsonSerializable(typeof(DevLayer))]
[JsonSerializable(typeof(DevSessionLine))]
[JsonSerializable(typeof(IReadOnlyList<DevLayer>))]
[JsonSerializable(typeof(Inspection))]
[JsonSerializable(typeof(LayerDifference))]
[JsonSerializable(typeof(StorageAnswer))]
[JsonSerializable(typeof(CollectAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ImportedLayer>))]
[JsonSerializable(typeof(IReadOnlyList<ImportedImage>))]
[JsonSerializable(typeof(ImportRequest))]
[JsonSerializable(typeof(ImportAnswer))]
[JsonSerializable(typeof(RuntimeSource))]
[JsonSerializable(typeof(ServedRuntime))]
[JsonSerializable(typeof(GetLayerVersionPolicyResponse))]
[JsonSerializable(typeof(ScrubLine))]
[JsonSerializable(typeof(ScrubAnswer))]
[JsonSerializable(typeof(DebugPlace))]
[JsonSerializable(typeof(DebugResult))]
[JsonSerializable(typeof(StartAnswer))]
internal sealed partial class ReadableJson : JsonSerializerContext
{
    public static JsonWriterOptions Writing { get; } = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadableJson Indented { get; } = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
