using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Rooms.Tests.Functions;

public sealed class FunctionLayersTests : IAsyncDisposable
{
    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task Layers_keep_the_order_of_the_request()
    {
        string first = await _house.PublishLayerAsync("one", ("a", "1"));
        string second = await _house.PublishLayerAsync("two", ("a", "2"));
        FunctionVersion function = await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with { Layers = [second, first] });
        Assert.Equal([second, first], ArnsOf(function));
        Assert.All(function.Layers, layer => Assert.True(_house.Trees.IsReady(layer.Content)));

        FunctionVersion turned = await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Layers = [first, second] });
        Assert.Equal([first, second], ArnsOf(turned));
        Assert.NotEqual(function.EnvironmentKey, turned.EnvironmentKey);
    }

    [Fact]
    public async Task An_empty_list_takes_all_layers_away_and_no_list_keeps_them()
    {
        string layer = await _house.PublishLayerAsync("one", ("a", "1"));
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with { Layers = [layer] });
        FunctionVersion kept = await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Description = "x" });
        Assert.Equal([layer], ArnsOf(kept));
        FunctionVersion bare = await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Layers = [] });
        Assert.Empty(bare.Layers);
    }

    [Fact]
    public async Task A_deleted_layer_version_stays_with_the_function_that_has_it()
    {
        string layer = await _house.PublishLayerAsync("one", ("a", "1"));
        FunctionVersion before = await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with { Layers = [layer] });
        await _house.Library.DeleteAsync(FunctionsHouse.Caller, LayerVersionArn.Parse(layer), CancellationToken.None);
        await using FunctionsHouse reopened = await _house.ReopenAsync();

        Assert.Equal(before.Layers, reopened.Invocable("fn").Layers);
        FunctionVersion named = await reopened.ConfigureReadyAsync(new() { FunctionName = "fn", Layers = [layer], Timeout = 9 });
        FunctionVersion again = await reopened.ConfigureReadyAsync(new() { FunctionName = "fn", Layers = [layer], Timeout = 10 });
        Assert.Equal(before.Layers, named.Layers);
        Assert.Equal(before.Layers, again.Layers);
    }

    [Fact]
    public async Task A_deleted_layer_version_cannot_be_attached_anew()
    {
        string layer = await _house.PublishLayerAsync("one", ("a", "1"));
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with { Layers = [layer] });
        await _house.Library.DeleteAsync(FunctionsHouse.Caller, LayerVersionArn.Parse(layer), CancellationToken.None);
        AwsError created = await Assert.ThrowsAsync<AwsError>(() => _house.CreateAsync(FunctionsHouse.Request("other") with { Layers = [layer] }));
        Assert.Equal($"Layer version {layer} does not exist.", created.Message);

        await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Layers = [] });
        await Assert.ThrowsAsync<AwsError>(() => _house.ConfigureReadyAsync(new() { FunctionName = "fn", Layers = [layer] }));
    }

    [Fact]
    public async Task Code_and_layers_count_together()
    {
        string large = await _house.PublishLayerAsync("large", ("zeros", new string('0', 200_000_000)));
        byte[] code = FunctionsHouse.Zip(("zeros", new string('0', 62_144_001)));
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => _house.Editor.CreateAsync(
            FunctionsHouse.Caller, FunctionsHouse.Request("fn") with { Layers = [large] }, code, CancellationToken.None));
        Assert.Equal(
            "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes.",
            error.Message);
    }

    [Fact]
    public async Task More_than_five_layers_are_refused()
    {
        string[] layers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => _house.PublishLayerAsync($"layer{n}", ("a", "1"))));
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => _house.CreateAsync(FunctionsHouse.Request("fn") with { Layers = layers }));
        Assert.Equal(("InvalidParameterValueException", "Cannot reference more than 5 layers."), (error.Code, error.Message));
    }

    private static string[] ArnsOf(FunctionVersion function) => [.. function.Layers.Select(static layer => layer.Arn)];
}
