using System.Net;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>Everything that makes, uses and deletes archives, trees and environments, at once and over HTTP, round after round, from a seed.</summary>
[Collection(typeof(Alone))]
public sealed class StormTests : ServerTests
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task No_function_ever_misses_a_file_and_after_quiet_nothing_is_left_that_nobody_needs()
    {
        int seed = Soak.Number("LAMINA_STORM_SEED", 20_26);
        int rounds = Soak.Number("LAMINA_STORM_ROUNDS", 4);
        using RawClient client = new(Endpoint);
        Storm storm = new(client);
        for (int round = 0; round < rounds; round++)
        {
            await storm.RoundAsync(seed + round);
        }

        Assert.InRange(storm.ColdStarts, rounds, int.MaxValue);
        await AssertEveryVersionRunsAsync(client);
        await CollectUntilAsync(client, async () => await ReclaimableAsync(client) == 0);
        Assert.Equal(0, await ReclaimableAsync(client));

        await DeleteEverythingAsync(client);
        await CollectUntilAsync(client, () => Task.FromResult(!Stored().Any()));
        Assert.Empty(Stored());
        Assert.DoesNotContain(" fail: ", Server.Errors, StringComparison.Ordinal);
    }

    /// <summary>Those that were updated last too: their trees may still be in the making.</summary>
    private static async Task AssertEveryVersionRunsAsync(RawClient client)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        foreach (string path in await ListAsync(client, "/2015-03-31/functions?FunctionVersion=ALL", "Functions", static version =>
            $"/2015-03-31/functions/{version["FunctionName"]}/invocations?Qualifier={version["Version"]}"))
        {
            RawAnswer answer = await client.SendAsync(HttpMethod.Post, path, "{}");
            while (answer.Status == HttpStatusCode.Conflict)
            {
                await Task.Delay(Quiet, limit.Token);
                answer = await client.SendAsync(HttpMethod.Post, path, "{}");
            }

            Assert.True(StormFunction.FoundItsFiles(answer), $"{path}: {answer.Body}");
        }
    }

    private static async Task DeleteEverythingAsync(RawClient client)
    {
        foreach (string path in await ListAsync(client, "/2015-03-31/functions", "Functions", static function => $"/2015-03-31/functions/{function["FunctionName"]}"))
        {
            Assert.True((await client.SendAsync(HttpMethod.Delete, path, string.Empty)).IsSuccess);
        }

        foreach (string layer in await ListAsync(client, "/2018-10-31/layers", "Layers", static layer => $"/2018-10-31/layers/{layer["LayerName"]}/versions"))
        {
            foreach (string path in await ListAsync(client, layer, "LayerVersions", version => $"{layer}/{version["Version"]}"))
            {
                Assert.True((await client.SendAsync(HttpMethod.Delete, path, string.Empty)).IsSuccess);
            }
        }
    }

    /// <summary>Environments end behind the answer to what made them stale, and hold their trees until then.</summary>
    private static async Task CollectUntilAsync(RawClient client, Func<Task<bool>> done)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        await CollectAsync(client);
        while (!await done() && !limit.IsCancellationRequested)
        {
            await Task.Delay(Quiet, CancellationToken.None);
            await CollectAsync(client);
        }
    }

    /// <summary>Files of archives, manifests, blobs and trees, and whatever was on its way to become one.</summary>
    private IEnumerable<string> Stored() =>
        from folder in (string[])["archives", "manifests", "files", "trees", "blobs"]
        from file in Directory.EnumerateFiles(Path.Combine(DataFolder, folder), "*", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(DataFolder, file)
        where name is not "archives/sketches"
        select name;

    private static async Task CollectAsync(RawClient client) =>
        Assert.True((await client.SendAsync(HttpMethod.Post, "/_lamina/storage/collect", string.Empty)).IsSuccess);

    /// <summary>What a collection would free, as the storage report says.</summary>
    private static async Task<long> ReclaimableAsync(RawClient client) =>
        (long)(await client.SendAsync(HttpMethod.Get, "/_lamina/storage", string.Empty)).Json["reclaimable"]!["totalBytes"]!;

    /// <summary>All pages of a list.</summary>
    private static async Task<List<string>> ListAsync(RawClient client, string path, string member, Func<JsonNode, string> select)
    {
        List<string> all = [];
        string? marker = null;
        do
        {
            char joint = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            string page = marker is null ? path : $"{path}{joint}Marker={Uri.EscapeDataString(marker)}";
            RawAnswer answer = await client.SendAsync(HttpMethod.Get, page, string.Empty);
            Assert.True(answer.IsSuccess, answer.Body);
            all.AddRange(answer.Json[member]!.AsArray().Select(item => select(item!)));
            marker = (string?)answer.Json["NextMarker"];
        }
        while (marker is not null);
        return all;
    }
}
