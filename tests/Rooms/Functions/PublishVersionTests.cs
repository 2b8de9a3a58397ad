using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Rooms.Tests.Functions;

public sealed class PublishVersionTests : IAsyncDisposable
{
    private FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_version_freezes_what_LATEST_is_and_is_ready_at_once()
    {
        FunctionVersion before = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        FunctionVersion version = await _house.PublishAsync("fn");
        await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Timeout = 9 });

        Assert.Equal(("1", FunctionStateName.Active, before.Code), (version.Version, version.State.Name, version.Code));
        Assert.Equal(version.RevisionId, _house.Directory.Resolve(FunctionsHouse.Caller, "fn", "1").RevisionId);
        Assert.Equal(3, _house.Directory.ResolveInvocable(FunctionsHouse.Caller, "fn:1", null).TimeoutSeconds);
        Assert.Equal(9, _house.Invocable("fn").TimeoutSeconds);
    }

    [Fact]
    public async Task Function_version_and_later_version_have_revisions_of_their_own()
    {
        FunctionVersion before = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        FunctionVersion version = await _house.PublishAsync("fn");
        FunctionVersion after = _house.Latest("fn");
        Assert.Equal(3, new HashSet<string> { before.RevisionId, version.RevisionId, after.RevisionId }.Count);
    }

    [Fact]
    public async Task Publishing_what_is_published_gives_the_same_version()
    {
        byte[] code = FunctionsHouse.Code("code");
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        await _house.UpdateCodeReadyAsync("fn", code);
        FunctionVersion first = await _house.PublishAsync("fn");
        await _house.UpdateCodeReadyAsync("fn", FunctionsHouse.Code("other"));
        await _house.UpdateCodeReadyAsync("fn", code);
        Assert.Equal(first.RevisionId, (await _house.PublishAsync("fn")).RevisionId);

        await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Description = "other" });
        Assert.Equal("2", (await _house.PublishAsync("fn")).Version);
    }

    [Fact]
    public async Task A_number_is_never_given_twice()
    {
        await _house.CreateTwoVersionsAsync("fn");
        await _house.Editor.DeleteAsync(FunctionsHouse.Caller, "fn", "2", CancellationToken.None);
        Assert.Equal("3", (await _house.PublishAsync("fn")).Version);

        await _house.DeleteAsync("fn");
        Assert.Empty(_house.Directory.ListAllVersions(FunctionsHouse.Caller, null));
        _house = await _house.ReopenAsync();
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        Assert.Equal("4", (await _house.PublishAsync("fn")).Version);
    }

    [Fact]
    public async Task A_version_keeps_its_layers_when_they_are_deleted_and_LATEST_has_others()
    {
        string layer = await _house.PublishLayerAsync("one", ("a", "1"));
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn") with { Layers = [layer] });
        FunctionVersion version = await _house.PublishAsync("fn");
        await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Layers = [] });
        await _house.Library.DeleteAsync(FunctionsHouse.Caller, LayerVersionArn.Parse(layer), CancellationToken.None);
        _house = await _house.ReopenAsync();

        FunctionVersion kept = _house.Directory.ResolveInvocable(FunctionsHouse.Caller, "fn", "1");
        Assert.Equal(version.Layers, kept.Layers);
        Assert.True(_house.Trees.IsReady(kept.Layers.Single().Content));
        Assert.Contains(FunctionDocuments.AllVersions(_house.Catalog.Current), static alive => alive.Layers.Length == 1);
    }

    [Fact]
    public async Task The_guards_stop_a_publication_of_what_the_caller_has_not_seen()
    {
        FunctionVersion function = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        AwsError code = await RefusedAsync(new() { FunctionName = "fn", CodeSha256 = "abc" });
        Assert.Equal(
            $"CodeSHA256 (abc) is different from current CodeSHA256 in $LATEST ({function.CodeSha256}). "
            + "Please try again with the CodeSHA256 in $LATEST.",
            code.Message);
        AwsError revision = await RefusedAsync(new() { FunctionName = "fn", RevisionId = "old" });
        Assert.Equal("PreconditionFailedException", revision.Code);
        Assert.Single(_house.Directory.ListVersions(FunctionsHouse.Caller, "fn", null));
    }

    [Fact]
    public async Task With_Publish_a_version_comes_with_the_function_and_waits_for_its_files()
    {
        Task settled = _house.SettledAsync("fn");
        FunctionVersion created = await _house.CreateAsync(FunctionsHouse.Request("fn") with { Publish = true });
        Assert.Equal(("1", FunctionStateName.Pending), (created.Version, created.State.Name));
        await settled;
        FunctionVersion ready = _house.Directory.ResolveInvocable(FunctionsHouse.Caller, "fn", "1");
        Assert.NotEqual(created.RevisionId, ready.RevisionId);

        settled = _house.SettledAsync("fn");
        UpdateFunctionCodeRequest update = new() { FunctionName = "fn", Publish = true };
        FunctionVersion updated = await _house.Editor.UpdateCodeAsync(
            FunctionsHouse.Caller, update, FunctionsHouse.Code("new"), CancellationToken.None);
        Assert.Equal(("2", FunctionStateName.Pending), (updated.Version, updated.State.Name));
        await settled;
        Assert.Equal(updated.Code, _house.Directory.ResolveInvocable(FunctionsHouse.Caller, "fn", "2").Code);
        Assert.Equal(FunctionStateName.Active, _house.Latest("fn").State.Name);
    }

    [Fact]
    public async Task A_version_that_waits_for_its_files_is_taken_up_after_a_crash()
    {
        Task held = _house.Catalog.HoldAfter(1);
        await _house.CreateAsync(FunctionsHouse.Request("fn") with { Publish = true });
        await held;
        _house = await _house.ReopenAsync();
        await _house.SettledOrDoneAsync("fn");
        Assert.Equal("1", _house.Directory.ResolveInvocable(FunctionsHouse.Caller, "fn", "1").Version);
    }

    [Fact]
    public async Task Versions_are_listed_by_number_with_LATEST_first_from_wherever_a_page_ended()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        for (int timeout = 10; timeout < 21; timeout++)
        {
            await _house.ConfigureReadyAsync(new() { FunctionName = "fn", Timeout = timeout });
            await _house.PublishAsync("fn");
        }

        await _house.CreateReadyAsync(FunctionsHouse.Request("fn2"));
        string[] all = [FunctionArn.Latest, .. Enumerable.Range(1, 11).Select(static number => $"{number}")];
        Assert.Equal(all, _house.Directory.ListVersions(FunctionsHouse.Caller, "fn", null).Select(static version => version.Version));
        Assert.Equal(all[4..], _house.Directory.ListVersions(FunctionsHouse.Caller, "fn", "3").Select(static version => version.Version));
        Assert.Equal(
            ["fn:10", "fn:11", "fn2:$LATEST"],
            _house.Directory.ListAllVersions(FunctionsHouse.Caller, "fn:9").Select(static version => $"{version.Name}:{version.Version}"));
    }

    private Task<AwsError> RefusedAsync(PublishVersionRequest request) => Assert.ThrowsAsync<AwsError>(() =>
        _house.Versions.PublishAsync(FunctionsHouse.Caller, request, CancellationToken.None));
}
