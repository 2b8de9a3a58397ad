using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>
/// Fifty acts at once: publishes and deletions of similar layers, functions made with them, changed, published and deleted, invocations;
/// and collections between them all. Each act accepts what AWS may answer when another came before it, and nothing else.
/// </summary>
internal sealed class Storm(RawClient client)
{
    private const int ActsAtOnce = 50;
    private const int Layers = 6;
    private const int Functions = 12;
    private const string Conflict = "ResourceConflictException";
    private const string NotFound = "ResourceNotFoundException";
    private const string Invalid = "InvalidParameterValueException";

    private readonly ConcurrentDictionary<string, StormLayer> _layers = [];
    private readonly ConcurrentDictionary<string, string> _versions = [];
    private int _coldStarts;

    /// <summary>Invocations that an environment was started for.</summary>
    public int ColdStarts => _coldStarts;

    public async Task RoundAsync(int seed)
    {
        Random random = new(seed);
        int[] choices = [.. Enumerable.Range(0, ActsAtOnce).Select(_ => random.Next())];
        Task collecting = CollectTwiceAsync();
        try
        {
            await Task.WhenAll(choices.Select(ActAsync));
            await collecting;
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"The round of seed {seed} failed: {failure.Message}", failure);
        }
    }

    private Task ActAsync(int choice)
    {
        int rest = choice / 24;
        string function = $"fn{rest % Functions}";
        return (choice % 24) switch
        {
            < 5 => PublishLayerAsync($"layer{rest % Layers}", rest / Layers % 200),
            < 10 => DeleteLayerAsync(rest),
            < 13 => CreateAsync(function, rest / Functions),
            < 15 => UpdateConfigurationAsync(function, rest / Functions),
            < 16 => UpdateCodeAsync(function, rest / Functions),
            < 18 => DeleteAsync(function),
            < 19 => PublishVersionAsync(function),
            _ => InvokeAsync(function, published: rest / Functions % 3 == 0),
        };
    }

    private async Task CollectTwiceAsync()
    {
        Expect(await client.SendAsync(HttpMethod.Post, "/_lamina/storage/collect", string.Empty));
        Expect(await client.SendAsync(HttpMethod.Post, "/_lamina/storage/collect", string.Empty));
    }

    private async Task PublishLayerAsync(string name, int variant)
    {
        RawAnswer answer = await client.PublishLayerAsync(name, StormFunction.Layer(name, variant));
        Expect(answer);
        string arn = (string)answer.Json["LayerVersionArn"]!;
        _layers[arn] = new StormLayer(name, arn, variant);
    }

    private async Task DeleteLayerAsync(int choice)
    {
        if (Choose(choice, count: 1) is [var layer])
        {
            Expect(await client.SendAsync(HttpMethod.Delete, layer.Path, string.Empty));
            _layers.TryRemove(layer.VersionArn, out _);
        }
    }

    private async Task CreateAsync(string function, int choice)
    {
        JsonObject request = StormFunction.CreateRequest(function, StormFunction.Code(choice % 20), Choose(choice, count: 1 + (choice % 3)));
        Expect(await client.SendAsync(HttpMethod.Post, "/2015-03-31/functions", request.ToJsonString()), Conflict, Invalid);
    }

    private async Task UpdateConfigurationAsync(string function, int choice)
    {
        JsonObject request = StormFunction.ConfigurationRequest(Choose(choice, count: 1 + (choice % 3)));
        Expect(await client.SendAsync(HttpMethod.Put, $"{PathOf(function)}/configuration", request.ToJsonString()), Conflict, NotFound, Invalid);
    }

    private async Task UpdateCodeAsync(string function, int choice)
    {
        JsonObject request = new() { ["ZipFile"] = Convert.ToBase64String(StormFunction.Code(choice % 20)) };
        Expect(await client.SendAsync(HttpMethod.Put, $"{PathOf(function)}/code", request.ToJsonString()), Conflict, NotFound);
    }

    private async Task DeleteAsync(string function) =>
        Expect(await client.SendAsync(HttpMethod.Delete, PathOf(function), string.Empty), NotFound);

    private async Task PublishVersionAsync(string function)
    {
        RawAnswer answer = await client.SendAsync(HttpMethod.Post, $"{PathOf(function)}/versions", "{}");
        Expect(answer, Conflict, NotFound);
        if (answer.IsSuccess)
        {
            _versions[function] = (string)answer.Json["Version"]!;
        }
    }

    private async Task InvokeAsync(string function, bool published)
    {
        string query = published && _versions.TryGetValue(function, out string? version) ? $"?Qualifier={version}" : string.Empty;
        RawAnswer answer = await client.SendAsync(HttpMethod.Post, $"{PathOf(function)}/invocations{query}", "{}");
        Expect(answer, Conflict, NotFound);
        Assert.True(!answer.IsSuccess || StormFunction.FoundItsFiles(answer), $"{function}{query}: {answer.Body}");
        if (StormFunction.WasCold(answer))
        {
            Interlocked.Increment(ref _coldStarts);
        }
    }

    /// <summary>Layer versions that were there a moment ago, of different layers.</summary>
    private StormLayer[] Choose(int choice, int count)
    {
        StormLayer[] known = [.. _layers.Values];
        return [.. Enumerable.Range(0, known.Length == 0 ? 0 : count)
            .Select(i => known[(choice + (i * 7)) % known.Length])
            .DistinctBy(static layer => layer.Name)];
    }

    private static string PathOf(string function) => $"/2015-03-31/functions/{function}";

    private static void Expect(RawAnswer answer, params string[] errors) =>
        Assert.True(answer.IsSuccess || errors.Contains(answer.Error), $"{(int)answer.Status} {answer.Error}: {answer.Body}");
}
