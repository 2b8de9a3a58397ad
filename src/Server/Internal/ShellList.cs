using System.Text.Json;
using Lamina.Execution;
using Lamina.Execution.Shells;
using Lamina.Execution.StackCaches;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>
/// GET /_lamina/shells: the sandboxes that were made in advance, by kind, those that have imported for one function, by function, and what was
/// compiled of layers, by their stack.
/// </summary>
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
            WriteStackCaches(writer);
            writer.WriteEndObject();
        });
        return Task.FromResult(Answer.Bytes(200, "application/json", body, owner: null));
    }

    private void WriteStackCaches(Utf8JsonWriter writer)
    {
        writer.WriteNumber("stackCacheLimitBytes", invoker.StackCacheBytes);
        writer.WriteStartArray("stackCaches");
        foreach (StackCacheReport report in invoker.ListStackCaches())
        {
            writer.WriteStartObject();
            writer.WriteString("account", report.Account);
            writer.WriteString("runtime", report.Runtime);
            writer.WriteStartArray("functions");
            foreach (string function in report.Functions)
            {
                writer.WriteStringValue(function);
            }

            writer.WriteEndArray();
            writer.WriteNumber("loaded", report.Loaded);
            writer.WriteNumber("loadMs", Math.Round(report.Duration.TotalMilliseconds, 3));
            writer.WriteBoolean("ready", report.Ready);
            writer.WriteBoolean("missing", report.Missing);
            writer.WriteNumber("bytes", report.Bytes);
            writer.WriteNumber("uses", report.Uses);
            if (report.Fault is not null)
            {
                writer.WriteString("fault", report.Fault);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
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
