using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lamina.Access;

[JsonSerializable(typeof(ResourcePolicy))]
internal sealed partial class AccessJson : JsonSerializerContext
{
    /// <summary>Nothing escaped that need not be: the size of a policy is that of AWS's own text.</summary>
    public static AccessJson AsAws { get; } = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
