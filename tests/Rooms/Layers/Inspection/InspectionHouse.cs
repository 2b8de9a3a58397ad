using System.Text;
using Lamina.Layers;
using Lamina.Layers.Inspection;
using Lamina.Rooms.Tests.Store;
using Found = Lamina.Layers.Inspection.Inspection;

namespace Lamina.Rooms.Tests.Layers.Inspection;

/// <summary>Layers named layer1, layer2 … and code, inspected as the server does.</summary>
public sealed class InspectionHouse : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly LayersRoom _room;
    private readonly LayerInspector _inspector;

    public InspectionHouse()
    {
        _room = LayersRoom.In(_folder);
        // A host with a glibc between Amazon Linux 2 and 2023 and newer ones, whatever machine the test runs on.
        _inspector = new LayerInspector(_room.Manifests, _room.Trees, new Version(2, 36));
    }

    public static InspectionTarget Nothing { get; } = new([], []);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    public static InspectionTarget For(string runtime, string architecture = "x86_64") => new([runtime], [architecture]);

    public Task<Found> LayersAsync(InspectionTarget target, params ZipBuilder[] layers) => StackAsync(target, code: null, layers);

    public async Task<Found> StackAsync(InspectionTarget target, ZipBuilder? code, params ZipBuilder[] layers)
    {
        List<LayerReference> stack = [];
        foreach (ZipBuilder layer in layers)
        {
            StoredArchive content = await _room.StoreAsync(layer.Build());
            stack.Add(new LayerReference { Arn = $"layer{stack.Count + 1}", Content = content });
        }

        InspectedCode? function = code is null ? null : new InspectedCode("code", await _room.StoreAsync(code.Build()));
        return await _inspector.InspectAsync([.. stack], function, target, CancellationToken.None);
    }

    public Task<Found> ArchiveAsync(InspectionTarget target, ZipBuilder zip) =>
        _inspector.InspectAsync("archive", zip.Build(), target, CancellationToken.None);

    public async Task<LayerDifference> CompareAsync(ZipBuilder from, ZipBuilder to) => await _inspector.CompareAsync(
        await _room.StoreAsync(from.Build()), await _room.StoreAsync(to.Build()), CancellationToken.None);

    public int StoredArchives => _room.Archives.List().Count;

    /// <summary>One line per finding: <c>warning symlink-dangles /opt/lib/a.so</c></summary>
    public static string[] Lines(Found inspection) =>
        [.. inspection.Findings.Select(finding => $"{finding.Severity} {finding.Code} {finding.Path}".ToLowerInvariant())];
}

internal static class ZipBuilderBytes
{
    public static ZipBuilder Bytes(this ZipBuilder zip, string name, byte[] content, int mode = 0x1A4) =>
        zip.Add(new ZipItem { Name = Encoding.UTF8.GetBytes(name), Content = content, Mode = 0x8000 | mode });
}
