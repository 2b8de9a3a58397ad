using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Functions;

/// <summary>Functions of one account over layers of another.</summary>
public sealed class SharedLayerTests : IAsyncDisposable
{
    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    private static Caller Vendor { get; } = FunctionsHouse.Caller with
    {
        Account = AccountId.Parse("111111111111"),
        PrincipalArn = "arn:aws:iam::111111111111:root",
    };

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_function_keeps_a_layer_whose_permission_was_revoked()
    {
        string shared = await PublishAsync("shared");
        string own = await _house.PublishLayerAsync("own", ("b", "2"));
        await AllowAsync(shared);
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with { Layers = [shared] });
        await RevokeAsync(shared);

        FunctionVersion kept = await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Timeout = 9 });
        FunctionVersion longer = await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Layers = [own, shared] });
        FunctionVersion turned = await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Layers = [shared, own] });
        FunctionVersion coded = await _house.UpdateCodeReadyAsync("fn", FunctionsHouse.Code("def handler(e, c): return 1"));

        Assert.Equal([shared], ArnsOf(kept));
        Assert.Equal([own, shared], ArnsOf(longer));
        Assert.Equal([shared, own], ArnsOf(turned));
        Assert.Equal([shared, own], ArnsOf(coded));
    }

    [Fact]
    public async Task A_function_keeps_a_foreign_layer_version_that_was_deleted()
    {
        string shared = await PublishAsync("shared");
        await AllowAsync(shared);
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with { Layers = [shared] });
        await _house.Library.DeleteAsync(Vendor, LayerVersionArn.Parse(shared), CancellationToken.None);
        Assert.Equal([shared], ArnsOf(await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Layers = [shared], Timeout = 9 })));
    }

    [Fact]
    public async Task What_newly_adds_a_layer_needs_the_permission()
    {
        string shared = await PublishAsync("shared");
        await AllowAsync(shared);
        await _house.CreateReadyAsync(FunctionsHouse.Request("has") with { Layers = [shared] });
        await _house.CreateReadyAsync(FunctionsHouse.Request("has-not"));
        await RevokeAsync(shared);

        AwsError created = await Assert.ThrowsAsync<AwsError>(() => _house.CreateAsync(FunctionsHouse.Request("new") with { Layers = [shared] }));
        AwsError updated = await Assert.ThrowsAsync<AwsError>(() => _house.ConfigureReadyAsync(new() { FunctionName = "has-not", Layers = [shared] }));
        await _house.ConfigureReadyAsync(new() { FunctionName = "has", Layers = [] });
        AwsError again = await Assert.ThrowsAsync<AwsError>(() => _house.ConfigureReadyAsync(new() { FunctionName = "has", Layers = [shared] }));

        Assert.All(new[] { created, updated, again }, error => Assert.Equal((403, "AccessDeniedException"), (error.Status, error.Code)));
    }

    private static string[] ArnsOf(FunctionVersion function) => [.. function.Layers.Select(static layer => layer.Arn)];

    private async Task<string> PublishAsync(string name)
    {
        var version = await _house.Publisher.PublishAsync(
            Vendor, new() { LayerName = name }, FunctionsHouse.Zip(("a", "1")), CancellationToken.None);
        return $"{version.LayerArn}:{version.Version}";
    }

    private Task AllowAsync(string arn) => _house.Permissions.AddAsync(
        Vendor,
        LayerVersionArn.Parse(arn),
        new() { StatementId = "s", Action = "lambda:GetLayerVersion", Principal = FunctionsHouse.Caller.Account.Value },
        CancellationToken.None);

    private Task RevokeAsync(string arn) =>
        _house.Permissions.RemoveAsync(Vendor, LayerVersionArn.Parse(arn), "s", null, CancellationToken.None);
}
