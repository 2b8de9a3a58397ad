using Lamina.Contract;

namespace Lamina.Rooms.Tests.Functions;

/// <summary>The quota of code storage: layer versions and functions of one account in one region together, by size as uploaded.</summary>
public sealed class CodeStorageTests
{
    private static readonly byte[] Code = FunctionsHouse.Code("def handler(e, c): pass");
    private static readonly (string, string) File = ("a", "1");
    private static readonly int LayerSize = FunctionsHouse.Zip(File).Length;

    [Fact]
    public async Task Layers_and_functions_count_together_to_the_byte()
    {
        await using FunctionsHouse house = FunctionsHouse.Open(quotaBytes: (2 * LayerSize) + Code.Length);
        await house.PublishLayerAsync("one", File);
        await house.PublishLayerAsync("one", File);
        await house.CreateReadyAsync(FunctionsHouse.Request("fn"));

        AssertExceeded(await Assert.ThrowsAsync<AwsError>(() => house.PublishLayerAsync("two", File)));
        AssertExceeded(await Assert.ThrowsAsync<AwsError>(() => house.CreateAsync(FunctionsHouse.Request("other"))));

        await house.Library.DeleteAsync(FunctionsHouse.Caller, new LayerArn("us-east-1", AccountId.Default, "one").Version(1), CancellationToken.None);
        await house.PublishLayerAsync("two", File);
    }

    [Fact]
    public async Task A_byte_less_is_too_little()
    {
        await using FunctionsHouse house = FunctionsHouse.Open(quotaBytes: LayerSize - 1);
        AssertExceeded(await Assert.ThrowsAsync<AwsError>(() => house.PublishLayerAsync("one", File)));
        Assert.Empty(house.Library.ListNewest(FunctionsHouse.Caller, after: null));
    }

    [Fact]
    public async Task New_code_takes_the_place_of_the_old()
    {
        await using FunctionsHouse house = FunctionsHouse.Open(quotaBytes: Code.Length + 10);
        await house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        await house.UpdateCodeReadyAsync("fn", FunctionsHouse.Code("def handler(e, c): past"));
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => house.Editor.UpdateCodeAsync(
            FunctionsHouse.Caller, new() { FunctionName = "fn" }, FunctionsHouse.Zip(("index.py", "def handler(e, c): pass"), File), CancellationToken.None));
        AssertExceeded(refused);
    }

    [Fact]
    public async Task Each_region_has_its_own_quota()
    {
        await using FunctionsHouse house = FunctionsHouse.Open(quotaBytes: LayerSize);
        await house.PublishLayerAsync("one", File);
        Caller elsewhere = FunctionsHouse.Caller with { Region = "eu-west-1" };
        await house.Publisher.PublishAsync(elsewhere, new() { LayerName = "one" }, FunctionsHouse.Zip(File), CancellationToken.None);
    }

    private static void AssertExceeded(AwsError error) =>
        Assert.Equal((400, "CodeStorageExceededException", "Code storage limit exceeded."), (error.Status, error.Code, error.Message));
}
