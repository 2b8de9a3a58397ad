using Lamina.Execution;
using Lamina.Execution.Shells;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/shells: the sandboxes that were made in advance, by kind.</summary>
internal sealed class ShellList(Invoker invoker) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["shells"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        ReadOnlyMemory<byte> body = WireJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("limitBytes", invoker.ShellMemoryBytes);
            writer.WriteStartArray("kinds");
            foreach (ShellReport report in invoker.ListShells())
            {
                writer.WriteStartObject();
                writer.WriteString("kind", report.Kind);
                writer.WriteNumber("ready", report.Ready);
                writer.WriteNumber("missing", report.Missing);
                writer.WriteNumber("bytes", report.Bytes);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        return Task.FromResult(Answer.Bytes(200, "application/json", body, owner: null));
    }
}
