using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class LayerPermissionsTests : IAsyncDisposable
{
    private const string Stale =
        "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id";

    private static readonly byte[] Zip = ZipBuilder.Of(("python/shared.py", "x = 1"));

    private readonly TestFolder _folder = new();
    private readonly LayersRoom _room;

    public LayerPermissionsTests() => _room = LayersRoom.In(_folder);

    private static Caller Owner => LayersRoom.Caller;

    private static Caller Friend { get; } = Of("111111111111");

    private static Caller Member { get; } = Of("222222222222");

    private static LayerVersionArn Arn { get; } = new LayerArn(Owner.Region, Owner.Account, "shared").Version(1);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_version_without_a_policy_is_its_accounts_own()
    {
        await _room.PublishAsync("shared", Zip);
        AssertDenied(Friend);
        Assert.Equal(1, _room.Library.Get(Owner, Arn).Version);
        AwsError none = Assert.Throws<AwsError>(() => _room.Permissions.Get(Owner, Arn));
        Assert.Equal((404, "No policy is associated with the given resource."), (none.Status, none.Message));
    }

    [Fact]
    public async Task Accounts_that_a_statement_names_may_read_and_attach()
    {
        await _room.PublishAsync("shared", Zip);
        await AddAsync("friend", Friend.Account.Value);
        Assert.Equal(1, _room.Library.Get(Friend, Arn).Version);
        Assert.Single(Attach(Friend));
        AssertDenied(Member);
        await AddAsync("member", $"arn:aws:iam::{Member.Account}:root");
        Assert.Single(Attach(Member));
    }

    [Fact]
    public async Task An_organisation_lets_its_accounts_in_and_no_others()
    {
        await _room.PublishAsync("shared", Zip);
        await AddAsync("org", "*", "o-a1b2c3d4e5");
        Assert.Single(Attach(Member));
        AssertDenied(Friend);
    }

    [Fact]
    public async Task An_organisation_goes_with_everyone_only()
    {
        await _room.PublishAsync("shared", Zip);
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => AddAsync("org", Friend.Account.Value, "o-a1b2c3d4e5"));
        Assert.Equal("InvalidParameterValueException", refused.Code);
        Assert.Contains("OrganizationId", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_permission_is_for_one_version()
    {
        await _room.PublishAsync("shared", Zip);
        await _room.PublishAsync("shared", Zip);
        await AddAsync("s", "*");
        Assert.Equal("AccessDeniedException", Assert.Throws<AwsError>(() => _room.Library.Get(Friend, Arn with { Version = 2 })).Code);
    }

    [Fact]
    public async Task A_revoked_permission_keeps_what_is_attached_and_refuses_what_is_new()
    {
        await _room.PublishAsync("shared", Zip);
        await AddAsync("s", Friend.Account.Value);
        ImmutableArray<LayerReference> attached = Attach(Friend);
        await _room.Permissions.RemoveAsync(Owner, Arn, "s", null, CancellationToken.None);

        AssertDenied(Friend);
        Assert.Equal(attached, _room.Library.ResolveStack(Friend, [Arn.ToString()], attached));
    }

    [Fact]
    public async Task A_policy_goes_with_its_version_and_with_its_last_statement()
    {
        await _room.PublishAsync("shared", Zip);
        await AddAsync("s", "*");
        await _room.Permissions.RemoveAsync(Owner, Arn, "s", null, CancellationToken.None);
        Assert.Equal("No policy is associated with the given resource.", Assert.Throws<AwsError>(() => _room.Permissions.Get(Owner, Arn)).Message);

        await AddAsync("s", "*");
        await _room.Library.DeleteAsync(Owner, Arn, CancellationToken.None);
        Assert.Equal($"Layer version {Arn} does not exist.", Assert.Throws<AwsError>(() => _room.Permissions.Get(Owner, Arn)).Message);
        Assert.Empty(_room.Catalog.Current.Scan("layer-policies", "", null));
        AwsError gone = Assert.Throws<AwsError>(() => Attach(Friend));
        Assert.Equal("AccessDeniedException", gone.Code);
    }

    [Fact]
    public async Task Every_change_has_a_revision_and_a_stale_one_is_refused()
    {
        await _room.PublishAsync("shared", Zip);
        AwsError early = await Assert.ThrowsAsync<AwsError>(() => AddAsync("s1", "*", revision: "any"));
        Assert.Equal((412, "PreconditionFailedException", Stale), (early.Status, early.Code, early.Message));

        string first = await AddAsync("s1", "*");
        string second = await AddAsync("s2", "*", revision: first);
        Assert.NotEqual(first, second);
        Assert.Equal(second, _room.Permissions.Get(Owner, Arn).RevisionId);
        Assert.Equal(Stale, (await Assert.ThrowsAsync<AwsError>(() => AddAsync("s3", "*", revision: first))).Message);
        Assert.Equal(Stale, (await Assert.ThrowsAsync<AwsError>(() => RemoveAsync("s2", first))).Message);
        await RemoveAsync("s2", second);
        Assert.NotEqual(second, _room.Permissions.Get(Owner, Arn).RevisionId);
    }

    [Fact]
    public async Task Missing_versions_and_statements_are_named()
    {
        await _room.PublishAsync("shared", Zip);
        LayerVersionArn missing = Arn with { Version = 2 };
        string text = $"Layer version {missing} does not exist.";
        Assert.Equal(text, (await Assert.ThrowsAsync<AwsError>(() => _room.Permissions.AddAsync(Owner, missing, Request("s", "*"), CancellationToken.None))).Message);
        Assert.Equal(text, (await Assert.ThrowsAsync<AwsError>(() => _room.Permissions.RemoveAsync(Owner, missing, "s", null, CancellationToken.None))).Message);
        Assert.Equal("No policy is associated with the given resource.", (await Assert.ThrowsAsync<AwsError>(() => RemoveAsync("s", null))).Message);
        await AddAsync("s", "*");
        Assert.Equal("Statement t is not found in resource policy.", (await Assert.ThrowsAsync<AwsError>(() => RemoveAsync("t", null))).Message);
    }

    [Fact]
    public async Task Others_may_not_change_or_read_the_policy_nor_change_the_layer_even_when_they_may_use_it()
    {
        await _room.PublishAsync("shared", Zip);
        await AddAsync("s", "*");
        AssertDenied(await Assert.ThrowsAsync<AwsError>(() => _room.Permissions.AddAsync(Friend, Arn, Request("t", "*"), CancellationToken.None)), "AddLayerVersionPermission", Arn);
        AssertDenied(await Assert.ThrowsAsync<AwsError>(() => _room.Permissions.RemoveAsync(Friend, Arn, "s", null, CancellationToken.None)), "RemoveLayerVersionPermission", Arn);
        AssertDenied(Assert.Throws<AwsError>(() => _room.Permissions.Get(Friend, Arn)), "GetLayerVersionPolicy", Arn);
        AssertDenied(await Assert.ThrowsAsync<AwsError>(() => _room.Library.DeleteAsync(Friend, Arn, CancellationToken.None)), "DeleteLayerVersion", Arn);
        AssertDenied(Assert.Throws<AwsError>(() => _room.Library.ListVersions(Friend, Arn.Layer)), "ListLayerVersions", Arn.Layer);
        AssertDenied(
            await Assert.ThrowsAsync<AwsError>(() => _room.Publisher.PublishAsync(
                Friend, new PublishLayerVersionRequest { LayerName = Arn.Layer.ToString() }, Zip, CancellationToken.None)),
            "PublishLayerVersion",
            Arn.Layer);
    }

    [Fact]
    public void A_foreign_version_that_is_not_here_is_refused_with_the_way_to_import_it()
    {
        LayerVersionArn foreign = new LayerArn(Owner.Region, AccountId.Parse("017000801446"), "AWSLambdaPowertoolsPythonV3-python312-x86_64").Version(7);
        AwsError refused = Assert.Throws<AwsError>(() => _room.Library.ResolveStack(Owner, [foreign.ToString()], []));
        Assert.Equal((403, "AccessDeniedException"), (refused.Status, refused.Code));
        Assert.StartsWith(Denial(Owner, "GetLayerVersion", foreign), refused.Message, StringComparison.Ordinal);
        Assert.EndsWith($"lamina layer import {foreign} --from FILE.zip", refused.Message, StringComparison.Ordinal);
    }

    private static Caller Of(string account) => Owner with { Account = AccountId.Parse(account), PrincipalArn = $"arn:aws:iam::{account}:root" };

    private static AddLayerVersionPermissionRequest Request(string sid, string principal) =>
        new() { StatementId = sid, Action = "lambda:GetLayerVersion", Principal = principal };

    private static string Denial(Caller caller, string action, object resource) =>
        $"User: {caller.PrincipalArn} is not authorized to perform: lambda:{action} on resource: {resource} "
        + $"because no resource-based policy allows the lambda:{action} action";

    private static void AssertDenied(AwsError refused, string action, object resource) =>
        Assert.Equal((403, "AccessDeniedException", Denial(Friend, action, resource)), (refused.Status, refused.Code, refused.Message));

    private void AssertDenied(Caller caller)
    {
        string text = Denial(caller, "GetLayerVersion", Arn);
        Assert.Equal(text, Assert.Throws<AwsError>(() => _room.Library.Get(caller, Arn)).Message);
        Assert.Equal(text, Assert.Throws<AwsError>(() => Attach(caller)).Message);
    }

    private ImmutableArray<LayerReference> Attach(Caller caller) => _room.Library.ResolveStack(caller, [Arn.ToString()], []);

    private Task RemoveAsync(string sid, string? revision) => _room.Permissions.RemoveAsync(Owner, Arn, sid, revision, CancellationToken.None);

    private async Task<string> AddAsync(string sid, string principal, string? organization = null, string? revision = null) =>
        (await _room.Permissions.AddAsync(
            Owner, Arn, Request(sid, principal) with { OrganizationId = organization, RevisionId = revision }, CancellationToken.None)).Policy.RevisionId;
}
