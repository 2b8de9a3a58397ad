using Lamina.Access;
using Lamina.Access.Identities;
using Lamina.Access.Policies;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions.Urls;
using Lamina.Gateway;
using Lamina.Rooms.Tests.Functions;

namespace Lamina.Rooms.Tests.Gateway;

public sealed class UrlAccessTests : IAsyncDisposable
{
    private const string InvokeUrl = "lambda:InvokeFunctionUrl";
    private const string Owner = "000000000000";
    private const string Stranger = "111111111111";
    private const string Member = "222222222222";

    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_url_for_everybody_is_closed_until_everybody_is_let_in()
    {
        FunctionUrl url = await UrlAsync("NONE");
        Assert.False(Allows(url, signer: null));
        await AddAsync(static request => request with { FunctionUrlAuthType = "NONE" });
        Assert.True(Allows(url, signer: null));
        await _house.Policies.RemoveAsync(FunctionsHouse.Caller, new() { FunctionName = "fn", StatementId = "s" }, CancellationToken.None);
        Assert.False(Allows(url, signer: null));
    }

    public static TheoryData<string, AddPermissionRequest> NarrowStatements => new()
    {
        { "another action", new() { Action = "lambda:InvokeFunction" } },
        { "another AuthType", new() { FunctionUrlAuthType = "AWS_IAM" } },
        { "an account", new() { Principal = Owner } },
        { "an organisation", new() { PrincipalOrgID = "o-a1b2c3d4e5" } },
        { "a service's account", new() { SourceAccount = Owner } },
        { "a service's resource", new() { SourceArn = "arn:aws:s3:::bucket" } },
    };

    [Theory]
    [MemberData(nameof(NarrowStatements), DisableDiscoveryEnumeration = true)]
    public async Task A_statement_that_means_somebody_or_something_else_opens_it_to_nobody(string meaning, AddPermissionRequest narrow)
    {
        FunctionUrl url = await UrlAsync("NONE");
        await AddAsync(request => narrow with
        {
            FunctionName = request.FunctionName,
            StatementId = request.StatementId,
            Action = narrow.Action ?? request.Action,
            Principal = narrow.Principal ?? request.Principal,
        });
        Assert.Equal((meaning, false), (meaning, Allows(url, signer: null)));
    }

    [Fact]
    public async Task The_url_of_an_alias_asks_the_policy_of_the_alias()
    {
        await _house.CreateTwoVersionsAsync("fn");
        await _house.Aliases.CreateAsync(FunctionsHouse.Caller, new() { FunctionName = "fn", Name = "live", FunctionVersion = "1" }, CancellationToken.None);
        FunctionUrl url = await new FunctionUrls(_house.Catalog, _house.Time).CreateAsync(
            FunctionsHouse.Caller, new() { FunctionName = "fn", Qualifier = "live", AuthType = "NONE" }, CancellationToken.None);
        await AddAsync(static request => request);
        Assert.False(Allows(url, signer: null));
        await AddAsync(static request => request with { Qualifier = "live" });
        Assert.True(Allows(url, signer: null));
    }

    [Theory]
    [InlineData(Stranger, null, Stranger)]
    [InlineData("arn:aws:iam::111111111111:root", null, Stranger)]
    [InlineData("*", "o-a1b2c3d4e5", Member)]
    public async Task A_signed_url_is_for_its_own_account_and_for_whom_a_statement_names(string principal, string? organization, string named)
    {
        FunctionUrl url = await UrlAsync("AWS_IAM");
        Assert.False(Allows(url, signer: null));
        Assert.Equal((true, false, false), (Allows(url, RootOf(Owner)), Allows(url, RootOf(Stranger)), Allows(url, RootOf(Member))));

        await AddAsync(request => request with { Principal = principal, PrincipalOrgID = organization, FunctionUrlAuthType = "AWS_IAM" });
        Assert.False(Allows(url, signer: null));
        Assert.Equal((true, named == Stranger, named == Member), (Allows(url, RootOf(Owner)), Allows(url, RootOf(Stranger)), Allows(url, RootOf(Member))));
    }

    [Fact]
    public async Task Where_policies_are_enforced_both_actions_must_be_allowed()
    {
        FunctionUrl open = await UrlAsync("NONE");
        UrlSigner ann = RootOf(Owner) with { Caller = FunctionsHouse.Caller with { PrincipalArn = "arn:aws:iam::000000000000:user/ann" } };
        FunctionUrl signed = open with { AuthType = "AWS_IAM" };
        Assert.Equal((true, false, false), (Enforces(signed, RootOf(Owner)), Enforces(signed, ann), Enforces(signed, RootOf(Stranger))));

        await AddAsync(static request => request);
        Assert.Equal((false, false, false), (Enforces(open, null), Enforces(signed, ann), Enforces(signed, RootOf(Stranger))));
        await AddAsync(static request => request with { StatementId = "via", Action = "lambda:InvokeFunction", InvokedViaFunctionUrl = true });
        Assert.Equal((true, true, true), (Enforces(open, null), Enforces(signed, ann), Enforces(signed, RootOf(Stranger))));

        UrlSigner eve = RootOf(Stranger) with { Caller = RootOf(Stranger).Caller with { PrincipalArn = "arn:aws:iam::111111111111:user/eve" } };
        Assert.False(Enforces(signed, eve));
    }

    private static UrlSigner RootOf(string account) => new(
        new Caller { Account = AccountId.Parse(account), Region = "us-east-1", PrincipalArn = $"arn:aws:iam::{account}:root" }, account, VerifyBody: null);

    private bool Allows(FunctionUrl url, UrlSigner? signer) => Access(null).Allows(url, signer, "127.0.0.1");

    private bool Enforces(FunctionUrl url, UrlSigner? signer) => Access(new IdentityAuthorizer(new IdentityStore(_house.Catalog))).Allows(url, signer, "127.0.0.1");

    private UrlAccess Access(IdentityAuthorizer? authorizer) =>
        new(_house.Policies, _house.Directory, Organizations.Parse([$"o-a1b2c3d4e5={Member}"]), authorizer, _house.Time);

    private async Task<FunctionUrl> UrlAsync(string authType)
    {
        await _house.CreateReadyAsync(FunctionsHouse.Request("fn"));
        return await new FunctionUrls(_house.Catalog, _house.Time).CreateAsync(
            FunctionsHouse.Caller, new() { FunctionName = "fn", AuthType = authType }, CancellationToken.None);
    }

    private Task AddAsync(Func<AddPermissionRequest, AddPermissionRequest> more) => _house.Policies.AddAsync(
        FunctionsHouse.Caller, more(new() { FunctionName = "fn", StatementId = "s", Action = InvokeUrl, Principal = "*" }), CancellationToken.None);
}
