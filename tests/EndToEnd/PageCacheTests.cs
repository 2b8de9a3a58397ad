using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>A layer's files are in memory once, however many environments read them.</summary>
[Collection(typeof(Alone))]
public sealed class PageCacheTests(SharedServer shared) : SharedServerTests(shared)
{
    /// <summary>Maps the file, reads all of it, keeps it mapped, and says what of it is this process's own share.</summary>
    private const string MapAndMeasure = """
        import builtins, mmap
        if not hasattr(builtins, 'kept'):
            with open('/opt/big.bin', 'rb') as file:
                builtins.kept = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        touched = sum(builtins.kept[i] for i in range(0, len(builtins.kept), 4096))
        lines = open('/proc/self/smaps').read().split('/opt/big.bin', 1)[1].split('\n')
        result = {key: next(int(line.split()[1]) for line in lines if line.startswith(key)) for key in ('Rss:', 'Pss:')}
        """;

    [Fact]
    public async Task Two_environments_share_the_pages_of_their_layer()
    {
        ILambdaClient client = AnyClient;
        string layer = await client.PublishLayerAsync(Own("layer"), Archive.Of("big.bin", Convert.ToBase64String(RandomNumberGenerator.GetBytes(6_000_000))));
        JsonObject layers = new() { ["Layers"] = new JsonArray(layer), ["MemorySize"] = 512 };
        await client.CreateProbeAsync(Own("one"), layers);
        await client.CreateProbeAsync(Own("other"), layers);

        _ = await client.RunAsync(Own("one"), MapAndMeasure);
        JsonNode? measured = await client.RunAsync(Own("other"), MapAndMeasure);
        (int whole, int own) = ((int)measured!["Rss:"]!, (int)measured["Pss:"]!);
        Assert.InRange(whole, 7_000, 9_000);
        Assert.InRange(own, whole / 3, whole * 2 / 3);
    }
}
