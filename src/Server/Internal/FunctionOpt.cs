using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/functions/NAME/opt: the merged /opt of a function and where each path comes from.</summary>
internal sealed class FunctionOpt(FunctionDirectory directory, OptInspector inspector) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["functions", "*", "opt"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        FunctionVersion function = directory.Resolve(call.Caller, call.Target.Segments[2], call.Target.Query("Qualifier"));
        ImmutableArray<OptEntry> entries = await inspector.InspectAsync(function.Layers, cancellationToken);
        ReadOnlyMemory<byte> body = WireJson.Write(writer => Write(writer, entries));
        return Answer.Bytes(200, "application/json", body, owner: null);
    }

    private static void Write(Utf8JsonWriter writer, ImmutableArray<OptEntry> entries)
    {
        writer.WriteStartArray();
        foreach (OptEntry entry in entries)
        {
            WriteEntry(writer, entry);
        }

        writer.WriteEndArray();
    }

    private static void WriteEntry(Utf8JsonWriter writer, OptEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("path", entry.Path);
        writer.WriteString("kind", entry.Kind switch
        {
            OptEntryKind.File => "file",
            OptEntryKind.Directory => "directory",
            _ => "symlink",
        });
        writer.WriteNumber("sizeBytes", entry.SizeBytes);
        writer.WriteNumber("mode", entry.Mode);
        if (entry.LinkTarget is not null)
        {
            writer.WriteString("linkTarget", entry.LinkTarget);
        }

        writer.WriteString("layer", entry.Layer);
        writer.WriteStartArray("shadows");
        foreach (string shadowed in entry.Shadows)
        {
            writer.WriteStringValue(shadowed);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
