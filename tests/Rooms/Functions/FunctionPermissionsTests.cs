using Lamina.Access;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Functions.Settings;

namespace Lamina.Rooms.Tests.Functions;

public sealed class FunctionPermissionsTests : IAsyncDisposable
{
    private const string Arn = "arn:aws:lambda:us-east-1:000000000000:function:fn";
    private const string Bucket = "arn:aws:s3:::bucket";

    private static readonly Caller Other = new()
    {
        Account = AccountId.Parse("111111111111"),
        Region = "us-east-1",
        PrincipalArn = "arn:aws:iam::111111111111:user/bob",
    };

    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task Another_account_is_let_in_by_a_permission_and_out_by_its_removal()
    {
        await _house.CreateTwoVersionsAsync("fn");
        Assert.Equal(
            $"User: {Other.PrincipalArn} is not authorized to perform: lambda:InvokeFunction on resource: {Arn} "
            + "because no resource-based policy allows the lambda:InvokeFunction action",
            RefusedBy(Arn));

        await AddAsync("s", Other.Account.Value);
        Assert.Equal("$LATEST", _house.Directory.ResolveInvocable(Other, Arn, null).Version);
        await RemoveAsync("s", null);
        Assert.NotNull(RefusedBy(Arn));
    }

    [Fact]
    public async Task Another_account_manages_what_a_permission_for_every_action_names()
    {
        await _house.CreateTwoVersionsAsync("fn");
        CreateAliasRequest alias = new() { FunctionName = Arn, Name = "theirs", FunctionVersion = "2" };
        ResourceTags tags = new(_house.Catalog, _house.Policies);
        await Assert.ThrowsAsync<AwsError>(() => _house.Aliases.CreateAsync(Other, alias, CancellationToken.None));
        Assert.Throws<AwsError>(() => tags.List(Other, Arn));

        await AddAsync("s", Other.Account.Value, request => request with { Action = "lambda:*" });
        await _house.Aliases.CreateAsync(Other, alias, CancellationToken.None);
        Assert.Equal(["theirs"], _house.Aliases.List(Other, Arn, null, null).Select(made => made.Name));
        await tags.AddAsync(Other, Arn, new Dictionary<string, string> { ["a"] = "b" }, CancellationToken.None);
        Assert.Equal("b", tags.List(Other, Arn)["a"]);
        await _house.Editor.DeleteAsync(Other, Arn, null, CancellationToken.None);
        Assert.Empty(_house.Directory.List(FunctionsHouse.Caller, null));
    }

    [Fact]
    public async Task A_policy_covers_exactly_the_ARN_it_belongs_to()
    {
        await _house.CreateTwoVersionsAsync("fn");
        await _house.Aliases.CreateAsync(
            FunctionsHouse.Caller, new() { FunctionName = "fn", Name = "live", FunctionVersion = "2" }, CancellationToken.None);
        await AddAsync("s", Other.Account.Value, request => request with { Qualifier = "live" });

        Assert.Equal("2", _house.Directory.ResolveInvocable(Other, $"{Arn}:live", null).Version);
        Assert.Contains($"on resource: {Arn}:2 ", RefusedBy($"{Arn}:2"), StringComparison.Ordinal);
        Assert.NotNull(RefusedBy(Arn));
        Assert.NotNull(Assert.Throws<AwsError>(() => _house.Directory.Resolve(Other, $"{Arn}:live", null)));
    }

    [Theory]
    [InlineData("arn:aws:iam::111111111111:user/bob", true)]
    [InlineData("arn:aws:iam::111111111111:root", true)]
    [InlineData("arn:aws:iam::111111111111:user/eve", false)]
    [InlineData("arn:aws:iam::222222222222:root", false)]
    [InlineData("s3.amazonaws.com", false)]
    [InlineData("*", true)]
    public async Task A_principal_means_whom_it_names(string principal, bool allowed)
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        await AddAsync("s", principal);
        Assert.Equal(allowed, RefusedBy(Arn) is null);
    }

    [Fact]
    public async Task Everyone_of_an_organisation_is_nobody_else()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        await AddAsync("s", "*", request => request with { PrincipalOrgID = "o-a1b2c3d4e5" });
        Assert.NotNull(RefusedBy(Arn));
        Caller member = Other with { Account = AccountId.Parse("222222222222"), PrincipalArn = "arn:aws:iam::222222222222:root" };
        Assert.Equal("fn", _house.Directory.ResolveInvocable(member, Arn, null).Name);
    }

    [Theory]
    [InlineData(Bucket, "000000000000", true)]
    [InlineData("arn:aws:s3:::bucket2", "000000000000", false)]
    [InlineData(Bucket, "111111111111", false)]
    [InlineData(null, "000000000000", false)]
    [InlineData(Bucket, null, false)]
    public async Task A_service_is_let_in_for_the_source_the_statement_names(string? sourceArn, string? sourceAccount, bool allowed)
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        await AddAsync("s", "s3.amazonaws.com", request => request with { SourceArn = "arn:aws:s3:::buck?t", SourceAccount = "000000000000" });
        AccessRequest request = new(FunctionsHouse.Caller, "lambda:InvokeFunction", Arn, OrganizationId: null)
        {
            Service = "s3.amazonaws.com",
            SourceArn = sourceArn,
            SourceAccount = sourceAccount,
        };
        FunctionReference function = new(FunctionsHouse.ArnOf("fn"), null);
        Assert.Equal(allowed, _house.Policies.Allows(function, request));
        Assert.False(_house.Policies.Allows(function, request with { Service = "sns.amazonaws.com" }));
    }

    [Fact]
    public async Task A_policy_has_the_revision_of_what_it_belongs_to_and_every_change_gives_a_new_one()
    {
        FunctionVersion before = await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        AwsError stale = await Assert.ThrowsAsync<AwsError>(() => AddAsync("s", "*", static request => request with { RevisionId = "wrong" }));
        Assert.Equal(
            "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id", stale.Message);

        await AddAsync("s", "*", request => request with { RevisionId = before.RevisionId });
        string revision = _house.Policies.Get(FunctionsHouse.Caller, "fn", null).RevisionId;
        Assert.NotEqual(before.RevisionId, revision);
        Assert.Equal(_house.Latest("fn").RevisionId, revision);

        AwsError removal = await Assert.ThrowsAsync<AwsError>(() => RemoveAsync("s", before.RevisionId));
        Assert.Equal("PreconditionFailedException", removal.Code);
        await RemoveAsync("s", revision);
        Assert.NotEqual(revision, _house.Latest("fn").RevisionId);
    }

    [Fact]
    public async Task A_permission_given_while_an_update_is_under_way_lets_the_update_end()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        Task settled = _house.SettledAsync("fn");
        Task held = _house.Catalog.HoldAfter(1);
        await _house.Editor.UpdateConfigurationAsync(FunctionsHouse.Caller, new() { FunctionName = "fn", Timeout = 9 }, CancellationToken.None);
        await held;
        Task added = AddAsync("s", "*");
        _house.Catalog.Open();
        await added;
        await settled;
        Assert.Equal((9, UpdateStatusName.Successful), (_house.Latest("fn").TimeoutSeconds, _house.Latest("fn").LastUpdate.Name));
    }

    [Fact]
    public async Task A_policy_goes_with_its_function()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        await AddAsync("s", "*");
        await _house.DeleteAsync("fn");
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        Assert.NotNull(RefusedBy(Arn));
        AwsError none = Assert.Throws<AwsError>(() => _house.Policies.Get(FunctionsHouse.Caller, "fn", null));
        Assert.Equal("The resource you requested does not exist.", none.Message);
    }

    [Theory]
    [InlineData("fn", "$LATEST", "*", "We currently do not support adding policies for $LATEST.")]
    [InlineData("fn", null, "invalid.nonaws.com", "The provided principal was invalid. Please check the principal and try again.")]
    [InlineData("none", null, "*", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:none")]
    [InlineData("fn", "live", "*", "Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:fn:live")]
    [InlineData("fn", "42", "*", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:fn:42")]
    [InlineData("fn", "with-$", "*", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:fn:with-$")]
    public async Task What_can_have_no_permission_is_refused_in_AWS_s_words(string name, string? qualifier, string principal, string text)
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        AwsError error = await Assert.ThrowsAsync<AwsError>(() =>
            AddAsync("s", principal, request => request with { FunctionName = name, Qualifier = qualifier }));
        Assert.Equal(text, error.Message);
    }

    /// <summary>The other way in, by the URL with the action InvokeFunction, has a condition of its own: InvokedViaFunctionUrl.</summary>
    [Fact]
    public async Task Only_the_action_of_function_URLs_has_their_AuthType()
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        AwsError error = await Assert.ThrowsAsync<AwsError>(() =>
            AddAsync("s", "*", static request => request with { FunctionUrlAuthType = "NONE" }));
        Assert.Equal("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action", error.Message);
        await AddAsync("s", "*", static request => request with { Action = "lambda:InvokeFunctionUrl", FunctionUrlAuthType = "NONE" });
    }

    private string? RefusedBy(string arn)
    {
        try
        {
            _house.Directory.ResolveInvocable(Other, arn, null);
            return null;
        }
        catch (AwsError error) when (error.Code == "AccessDeniedException")
        {
            return error.Message;
        }
    }

    private Task AddAsync(string sid, string principal) => AddAsync(sid, principal, static request => request);

    private Task AddAsync(string sid, string principal, Func<AddPermissionRequest, AddPermissionRequest> more) => _house.Policies.AddAsync(
        FunctionsHouse.Caller,
        more(new() { FunctionName = "fn", StatementId = sid, Action = "lambda:InvokeFunction", Principal = principal }),
        CancellationToken.None);

    private Task RemoveAsync(string sid, string? revisionId) => _house.Policies.RemoveAsync(
        FunctionsHouse.Caller, new() { FunctionName = "fn", StatementId = sid, RevisionId = revisionId }, CancellationToken.None);
}
