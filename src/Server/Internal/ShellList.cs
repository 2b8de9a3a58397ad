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
            WriteNames(writer, "functions", report.Functions);
            writer.WriteNumber("loaded", report.Loaded);
            writer.WriteNumber("loadMs", Math.Round(report.Duration.TotalMilliseconds, 3));
            writer.WriteBoolean("ready", report.Ready);
            writer.WriteBoolean("missing", report.Missing);
            writer.WriteNumber("bytes", report.Bytes);
            writer.WriteNumber("uses", report.Uses);
            WriteFault(writer, report.Fault);
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
            WriteNames(writer, "imports", report.Imports);
            writer.WriteNumber("importMs", Math.Round(report.Duration.TotalMilliseconds, 3));
            writer.WriteBoolean("ready", report.Ready);
            writer.WriteBoolean("missing", report.Missing);
            writer.WriteNumber("bytes", report.Bytes);
            WriteFault(writer, report.Fault);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteNames(Utf8JsonWriter writer, string property, IEnumerable<string> names)
    {
        writer.WriteStartArray(property);
        foreach (string name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    /// <param name="fault">Null: there is none, and nothing is said of it.</param>
    private static void WriteFault(Utf8JsonWriter writer, string? fault)
    {
        if (fault is not null)
        {
            writer.WriteString("fault", fault);
        }
    }
}
