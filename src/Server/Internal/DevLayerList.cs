using Lamina.Functions;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/dev-layers: the layers of the account and region that have a dev session, and which functions run on their content.</summary>
internal sealed class DevLayerList(DevLayers layers, FunctionDirectory directory) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["dev-layers"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        FunctionVersion[] functions = [.. directory.List(call.Caller, after: null)];
        ReadOnlyMemory<byte> body = WireJson.Write(writer =>
        {
            writer.WriteStartArray();
            foreach (DevLayer layer in layers.List(call.Caller))
            {
                DevLayerJson.Write(writer, layer, functions);
            }

            writer.WriteEndArray();
        });
        return Task.FromResult(Answer.Bytes(200, "application/json", body, owner: null));
    }
}
