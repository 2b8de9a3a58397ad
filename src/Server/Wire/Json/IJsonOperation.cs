using System.Text.Json;
using Lamina.Contract;
using Lamina.Contract.Json;

namespace Lamina.Server.Wire.Json;

/// <summary>One operation of a service that is asked and answers in JSON. As thin as <see cref="IOperation"/>.</summary>
internal interface IJsonOperation : INamedOperation
{
    Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken);
}

/// <param name="Request">Checked against the model.</param>
internal sealed record JsonCall(Caller Caller, JsonRequest Request);

/// <param name="Write">Writes the members of the answer; null when it has no body.</param>
internal sealed record JsonResult(Action<Utf8JsonWriter>? Write)
{
    public static JsonResult None { get; } = new(Write: null);
}
