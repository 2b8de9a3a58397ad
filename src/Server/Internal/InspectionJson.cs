using System.Text.Json;
using Lamina.Layers;
using Lamina.Layers.Inspection;

namespace Lamina.Server.Internal;

/// <summary>What the inspector found, as docs/http-api.md describes it.</summary>
internal static class InspectionJson
{
    public static void WriteEntries(Utf8JsonWriter writer, IReadOnlyList<OptEntry> entries)
    {
        writer.WriteStartArray();
        foreach (OptEntry entry in entries)
        {
            WriteEntry(writer, entry);
        }

        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, Inspection inspection)
    {
        writer.WriteStartObject();
        WriteStrings(writer, "runtimes", inspection.Runtimes);
        WriteStrings(writer, "architectures", inspection.Architectures);
        writer.WriteNumber("unzippedBytes", inspection.UnzippedBytes);
        writer.WriteNumber("limitBytes", Contract.Limits.UnzippedBytes);
        writer.WriteStartArray("sources");
        foreach (SourceTotal source in inspection.Sources)
        {
            WriteSource(writer, source);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("findings");
        foreach (Finding finding in inspection.Findings)
        {
            WriteFinding(writer, finding);
        }

        writer.WriteEndArray();
        writer.WritePropertyName("entries");
        WriteEntries(writer, inspection.Entries);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, string from, string to, LayerDifference difference)
    {
        writer.WriteStartObject();
        writer.WriteString("from", from);
        writer.WriteString("to", to);
        writer.WriteNumber("fromBytes", difference.FromBytes);
        writer.WriteNumber("toBytes", difference.ToBytes);
        writer.WriteNumber("unchangedFiles", difference.UnchangedFiles);
        WritePaths(writer, "added", difference.Paths.Where(static path => path.From is null));
        WritePaths(writer, "removed", difference.Paths.Where(static path => path.To is null));
        WritePaths(writer, "changed", difference.Paths.Where(static path => path.From is not null && path.To is not null));
        writer.WriteEndObject();
    }

    private static void WritePaths(Utf8JsonWriter writer, string name, IEnumerable<PathDifference> paths)
    {
        writer.WriteStartArray(name);
        foreach (PathDifference path in paths)
        {
            writer.WriteStartObject();
            writer.WriteString("path", path.Path);
            WriteSide(writer, "from", path.From);
            WriteSide(writer, "to", path.To);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteSide(Utf8JsonWriter writer, string name, DifferenceSide? side)
    {
        if (side is not null)
        {
            writer.WriteStartObject(name);
            WriteFile(writer, side.Kind, side.SizeBytes, side.Mode, side.LinkTarget);
            writer.WriteEndObject();
        }
    }

    private static void WriteSource(Utf8JsonWriter writer, SourceTotal source)
    {
        writer.WriteStartObject();
        writer.WriteString("source", source.Source);
        writer.WriteString("kind", source.IsCode ? "code" : "layer");
        writer.WriteNumber("files", source.Files);
        writer.WriteNumber("unzippedBytes", source.UnzippedBytes);
        writer.WriteNumber("seenFiles", source.SeenFiles);
        writer.WriteNumber("seenBytes", source.SeenBytes);
        writer.WriteEndObject();
    }

    private static void WriteFinding(Utf8JsonWriter writer, Finding finding)
    {
        writer.WriteStartObject();
        writer.WriteString("code", finding.Code);
        writer.WriteString("severity", finding.Severity switch
        {
            FindingSeverity.Error => "error",
            FindingSeverity.Warning => "warning",
            _ => "advice",
        });
        writer.WriteString("path", finding.Path);
        WriteStrings(writer, "sources", finding.Sources);
        writer.WriteString("message", finding.Message);
        writer.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter writer, OptEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("path", entry.Path);
        WriteFile(writer, entry.Kind, entry.SizeBytes, entry.Mode, entry.LinkTarget);
        writer.WriteString("layer", entry.Layer);
        WriteStrings(writer, "shadows", entry.Shadows);
        writer.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter writer, OptEntryKind kind, long sizeBytes, int mode, string? linkTarget)
    {
        writer.WriteString("kind", kind switch
        {
            OptEntryKind.File => "file",
            OptEntryKind.Directory => "directory",
            _ => "symlink",
        });
        writer.WriteNumber("sizeBytes", sizeBytes);
        writer.WriteNumber("mode", mode);
        if (linkTarget is not null)
        {
            writer.WriteString("linkTarget", linkTarget);
        }
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}
