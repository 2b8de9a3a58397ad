using System.Text.Json;
using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Server.Doctor;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// PUT /_lamina/runtimes/ID: functions with this runtime get what the body names. DELETE: they get what the machine has again.
/// </summary>
/// <param name="mayNameFolders">Whether a folder of this machine may be named: only where every caller is the operator.</param>
internal sealed class RuntimeChanges(AddedRuntimes runtimes, RuntimeExamination examination, RuntimeCatalog catalog, bool mayNameFolders) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["runtimes", "*"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        HttpRequest request = call.Context.Request;
        string id = call.Target.Segments[2];
        if (HttpMethods.IsDelete(request.Method))
        {
            return runtimes.Remove(id) ? Answer.Empty(204) : throw AwsError.ResourceNotFound($"The runtime {id} was not added.");
        }

        if (!HttpMethods.IsPut(request.Method))
        {
            throw InternalRoutes.WrongMethod(request, "PUT and DELETE");
        }

        using RequestBytes body = await BodyReader.ReadAsync(request, BodyLimit.Small("runtime's"), cancellationToken);
        runtimes.Put(Examine(id, Read(body.Memory.Span)));
        return Answer.Bytes(200, "application/json", WireJson.Write(writer => RuntimesCommand.Write(writer, catalog.Resolve(id))), owner: null);
    }

    private AddedRuntime Examine(string id, RuntimeSource source)
    {
        if (source.Image is { } image)
        {
            return examination.OfImage(id, image, source.Program, source.From ?? image);
        }

        string folder = source.Folder ?? throw AwsError.InvalidParameterValue("The body must name an image or a folder.");
        return mayNameFolders
            ? RuntimeExamination.OfPath(id, folder)
            : throw AwsError.AccessDenied("A folder of this machine can be named only to a server without --keys: it would be shown to everybody's functions.");
    }

    private static RuntimeSource Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, RuntimeSourceJson.Default.RuntimeSource) ?? throw new JsonException("It is null.");
        }
        catch (JsonException unreadable)
        {
            throw AwsError.InvalidParameterValue($"The body must be JSON with image or folder: {unreadable.Message}");
        }
    }
}

/// <param name="Image">Name of an imported image.</param>
/// <param name="Program">The interpreter within the image; without it the image is the root.</param>
/// <param name="Folder">A folder of the server's machine.</param>
/// <param name="From">Where the image came from, for people to read.</param>
internal sealed record RuntimeSource(string? Image, string? Program, string? Folder, string? From);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RuntimeSource))]
internal sealed partial class RuntimeSourceJson : JsonSerializerContext;
