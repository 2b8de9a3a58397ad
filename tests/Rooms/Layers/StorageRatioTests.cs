using System.Diagnostics;
using System.Globalization;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

/// <summary>Many versions of a layer that differ in one file, as <c>du</c> sees them; soak.sh has them at full size.</summary>
public sealed class StorageRatioTests : IAsyncLifetime
{
    private const int FileBytes = 10_000;

    private static readonly int s_files = Soak.Number("LAMINA_RATIO_FILES", 500);
    private static readonly int s_versions = Soak.Number("LAMINA_RATIO_VERSIONS", 25);

    private readonly TestFolder _folder = new();
    private LayersRoom _room = null!;

    public ValueTask InitializeAsync()
    {
        _room = LayersRoom.In(_folder);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Versions_that_differ_in_one_file_take_little_more_than_one(bool alwaysTheSame)
    {
        await PublishAsync(alwaysTheSame, 0);
        long one = await MeasureAsync();
        for (int version = 1; version < s_versions; version++)
        {
            await PublishAsync(alwaysTheSame, version);
        }

        Assert.InRange((double)await MeasureAsync() / one, 1, 1.1);
    }

    /// <summary>The same file changes each time, or another each time and all former changes stay.</summary>
    private Task<LayerVersion> PublishAsync(bool alwaysTheSame, int version)
    {
        ZipBuilder zip = new();
        for (int i = 0; i < s_files; i++)
        {
            int edition = (alwaysTheSame ? i == 77 : i < version) ? version : 0;
            zip.File($"d{i / 100}/f{i}.dat", Convert.ToHexString(Bytes((i * 1_000) + (alwaysTheSame ? edition : Math.Min(edition, 1)))));
        }

        return _room.PublishAsync($"layer-{alwaysTheSame}", zip.Build());
    }

    private static byte[] Bytes(int seed)
    {
        byte[] bytes = new byte[FileBytes / 2];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private async Task<long> MeasureAsync()
    {
        await _room.Builder.DrainAsync();
        await _room.Collector.CollectAsync(CancellationToken.None);
        ProcessStartInfo start = new("du", ["-s", "--block-size=1", _room.DirectoryPath]) { RedirectStandardOutput = true };
        using Process du = Process.Start(start)!;
        string output = await du.StandardOutput.ReadToEndAsync();
        await du.WaitForExitAsync();
        return long.Parse(output.Split('\t')[0], CultureInfo.InvariantCulture);
    }
}
