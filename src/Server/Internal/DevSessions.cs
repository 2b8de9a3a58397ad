using Lamina.Contract;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// POST /_lamina/dev-layers/LAYER?Folder=…: begins a dev session. The answer is one line that names it, and stays open: when it ends,
/// whoever ended it and however, the session is over and functions are back on what is published.
/// </summary>
internal sealed class DevSessions(
    DevLayers layers, LayerLibrary library, FunctionDirectory directory, TimeProvider time, CancellationToken stopping) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["dev-layers", "*"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(call.Context.Request.Method))
        {
            throw InternalRoutes.WrongMethod(call.Context.Request, "POST");
        }

        LayerArn layer = LayerOf(call);
        Caller owner = call.Caller with { Region = layer.Region };
        DevLayer opened = layers.Open(owner, layer, FolderOf(call));
        try
        {
            return Task.FromResult<Answer>(new DevSessionAnswer(() => layers.Close(opened), FirstLine(opened, owner), time, stopping));
        }
        catch
        {
            // From the answer on the answer closes it.
            layers.Close(opened);
            throw;
        }
    }

    public static LayerArn LayerOf(InternalCall call) =>
        LayerArn.TryParse(call.Target.Segments[2], call.Caller, out LayerArn? layer)
            ? layer
            : throw AwsError.InvalidParameterValue($"The layer name {call.Target.Segments[2]} is neither a name nor the ARN of a layer.");

    public static string FolderOf(InternalCall call)
    {
        string folder = call.Target.Query("Folder") ?? string.Empty;

        // It is shown in logs and on terminals, where control characters would do things.
        return folder is { Length: > 0 and <= Limits.ArchivePathBytes } && !folder.Any(char.IsControl)
            ? folder
            : throw AwsError.InvalidParameterValue("Folder must name the folder that the content comes from, without control characters.");
    }

    private ReadOnlyMemory<byte> FirstLine(DevLayer opened, Caller owner)
    {
        long? newest = library.ListVersions(owner, opened.Layer).FirstOrDefault()?.Version;
        ReadOnlyMemory<byte> json = WireJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("session", opened.Session);
            DevLayerJson.WriteMembers(writer, opened);
            if (newest is { } version)
            {
                writer.WriteNumber("newestVersion", version);
            }

            DevLayerJson.WriteFunctions(writer, opened, directory.List(owner, after: null));
            writer.WriteEndObject();
        });
        return (byte[])[.. json.Span, (byte)'\n'];
    }
}
