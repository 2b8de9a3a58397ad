using System.Text.Json;
using Lamina.Execution;
using Lamina.Execution.Shells;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/shells: the sandboxes that were made in advance, by kind, and those that have imported for one function, by function.</summary>
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
            WritePrimed(writer);
            writer.WriteEndObject();
        });
        return Task.FromResult(Answer.Bytes(200, "application/json", body, owner: null));
    }

    private void WritePrimed(Utf8JsonWriter writer)
    {
        writer.WriteNumber("primedLimitBytes", invoker.PrimeMemoryBytes);
        writer.WriteStartArray("primed");
        foreach (PrimedReport report in invoker.ListPrimed())
        {
            writer.WriteStartObject();
            writer.WriteString("function", report.Function);
            writer.WriteStartArray("imports");
            foreach (string import in report.Imports)
            {
                writer.WriteStringValue(import);
            }

            writer.WriteEndArray();
            writer.WriteNumber("importMs", Math.Round(report.Duration.TotalMilliseconds, 3));
            writer.WriteBoolean("ready", report.Ready);
            writer.WriteBoolean("missing", report.Missing);
            writer.WriteNumber("bytes", report.Bytes);
            if (report.Fault is not null)
            {
                writer.WriteString("fault", report.Fault);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
