using System.Text.Json;
using Lamina.Contract;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Server.Internal;

/// <summary>Words a dev session and the functions that it concerns.</summary>
internal static class DevLayerJson
{
    public static void Write(Utf8JsonWriter writer, DevLayer layer, IEnumerable<FunctionVersion> functions)
    {
        writer.WriteStartObject();
        WriteMembers(writer, layer);
        WriteFunctions(writer, layer, functions);
        writer.WriteEndObject();
    }

    public static void WriteFunctions(Utf8JsonWriter writer, DevLayer layer, IEnumerable<FunctionVersion> functions)
    {
        FunctionVersion[] users = [.. functions.Where(function => function.Layers.Any(used => layer.Layer.IsOf(used.Arn)))];
        WriteNames(writer, "functions", users);
        WriteNames(writer, "tooLargeFor", users.Where(function => UnzippedBytes(function, layer) > Limits.UnzippedBytes));
    }

    public static void WriteMembers(Utf8JsonWriter writer, DevLayer layer)
    {
        writer.WriteString("layer", layer.Layer.Name);
        writer.WriteString("layerArn", layer.Layer.ToString());
        writer.WriteString("folder", layer.Folder);
        writer.WriteString("since", AwsDate.Format(layer.Since));
        writer.WriteNumber("updates", layer.Updates);
        if (layer.UpdatedAt is { } updatedAt)
        {
            writer.WriteString("updatedAt", AwsDate.Format(updatedAt));
        }

        writer.WriteNumber("unzippedBytes", layer.UnzippedBytes);
    }

    /// <summary>Published, the function could not have this content: code and layers count together.</summary>
    private static long UnzippedBytes(FunctionVersion function, DevLayer layer) =>
        (function.Code?.UnzippedBytes ?? 0)
        + function.Layers.Sum(used => layer.Layer.IsOf(used.Arn) ? layer.UnzippedBytes : used.Content.UnzippedBytes);

    private static void WriteNames(Utf8JsonWriter writer, string member, IEnumerable<FunctionVersion> functions)
    {
        writer.WriteStartArray(member);
        foreach (FunctionVersion function in functions)
        {
            writer.WriteStringValue(function.Name);
        }

        writer.WriteEndArray();
    }
}
