using Lamina.Companions.Ssm;
using Lamina.Contract;
using Lamina.Rooms.Tests.Store;
using Lamina.Store;

namespace Lamina.Rooms.Tests.Companions;

public sealed class ParametersTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SqliteCatalog _catalog;
    private readonly Parameters _parameters;
    private readonly ParameterLabels _labels;

    public ParametersTests()
    {
        _catalog = SqliteCatalog.Open(_folder.Below("catalog.db"));
        Directory.CreateDirectory(_folder.Below("data"));
        _parameters = new Parameters(_catalog, ParameterVault.Open(_folder.Below("data")), TimeProvider.System);
        _labels = new ParameterLabels(_catalog);
    }

    private static Caller Owner => S3Room.Caller;

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_overwriting_makes_a_version_that_keeps_what_is_not_said_anew()
    {
        _ = await PutAsync(new ParameterDraft { Name = "/app/url", Value = "a", Type = "String", Description = "where", AllowedPattern = "[a-z]+" });
        ParameterVersion second = await PutAsync(new ParameterDraft { Name = "/app/url", Value = "b", Overwrite = true });
        Assert.Equal((2, "String", "where", "[a-z]+"), (second.Version, second.Type, second.Description, second.AllowedPattern));
        Assert.Equal(("b", "a", ":1"), (Get("/app/url").Value, Get("/app/url:1").Value, Get("/app/url:1").Selector));
        Assert.Equal("b", Get(Get("/app/url").Parameter.Arn).Value);
        Assert.Equal(
            ("ParameterPatternMismatchException", "Parameter value, cannot be validated against allowedPattern: [a-z]+"),
            await RefusedAsync(new ParameterDraft { Name = "/app/url", Value = "B", Overwrite = true }));
        Assert.Equal("ParameterVersionNotFound", Assert.Throws<AwsError>(() => Get("/app/url:7")).Code);
        Assert.Equal("ParameterNotFound", Assert.Throws<AwsError>(() => Get("/app")).Code);
    }

    [Theory]
    [InlineData("/aws/x/y", "AccessDeniedException", "No access to reserved parameter name: /aws/x/y.")]
    [InlineData("ssmx", "ValidationException", "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).")]
    [InlineData("a/b", "ValidationException", "Parameter name must be a fully qualified name.")]
    [InlineData("/a/", "ValidationException", "Parameter name must not end with slash.")]
    [InlineData("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", "HierarchyLevelLimitExceededException", "Hierarchical parameters are limited to 15 levels.")]
    public async Task Names_that_no_parameter_can_have_are_refused(string name, string code, string message) =>
        Assert.Equal((code, message), await RefusedAsync(new ParameterDraft { Name = name, Value = "v", Type = "String" }));

    [Fact]
    public async Task Values_have_the_size_of_their_tier()
    {
        string large = new('x', Limits.StandardParameterBytes + 1);
        (string code, string message) = await RefusedAsync(new ParameterDraft { Name = "large", Value = large, Type = "String" });
        Assert.Equal("ValidationException", code);
        Assert.StartsWith("Standard tier parameters support a maximum parameter value of 4096 characters.", message, StringComparison.Ordinal);
        ParameterVersion tiered = await PutAsync(new ParameterDraft { Name = "large", Value = large, Type = "String", Tier = "Intelligent-Tiering" });
        Assert.Equal("Advanced", tiered.Tier);
        (_, message) = await RefusedAsync(new ParameterDraft { Name = "large", Value = "small", Tier = "Standard", Overwrite = true });
        Assert.Contains("You can't downgrade a parameter", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secure_string_lies_encrypted_and_is_bound_to_its_parameter()
    {
        ParameterVersion stored = await PutAsync(new ParameterDraft { Name = "/db/password", Value = "open sesame", Type = "SecureString" });
        Assert.Equal("alias/aws/ssm", stored.KeyId);
        string hidden = _parameters.Get(Owner, "/db/password", decrypt: false).Value;
        Assert.DoesNotContain("sesame", hidden, StringComparison.Ordinal);
        Assert.Equal("open sesame", Get("/db/password").Value);

        ParameterVault sameKey = ParameterVault.Open(_folder.Below("data"));
        Assert.Equal("open sesame", sameKey.Decrypt(hidden, Get("/db/password").Parameter.Arn));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => sameKey.Decrypt(hidden, "arn:aws:ssm:us-east-1:000000000000:parameter/other"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Below("data/parameters.key")));
    }

    [Fact]
    public async Task A_path_holds_its_own_level_or_all_below_it()
    {
        foreach (string name in new[] { "/app/a", "/app/b/c", "/app/b/d/e", "/apple", "root", "/top" })
        {
            _ = await PutAsync(new ParameterDraft { Name = name, Value = name, Type = "String" });
        }

        Assert.Equal(["/app/a"], Below("/app", recursive: false));
        Assert.Equal(["/app/a", "/app/b/c", "/app/b/d/e"], Below("/app/", recursive: true));
        Assert.Equal(["/app/b/c"], Below("/app/b", recursive: false));
        Assert.Equal(["/apple", "/top", "root"], Below("/", recursive: false));
        Assert.Equal(["/app/b/d/e"], _parameters.ListByPath(Owner, "/app", recursive: true, after: "/app/b/c", decrypt: false).Select(static one => one.Parameter.Name));
        Assert.Equal("ValidationException", Assert.Throws<AwsError>(() => Below("app", recursive: true)).Code);
    }

    [Fact]
    public async Task A_label_is_at_one_version_and_keeps_it()
    {
        for (int i = 1; i <= Limits.VersionsPerParameter; i++)
        {
            _ = await PutAsync(new ParameterDraft { Name = "p", Value = $"{i}", Type = "String", Overwrite = i > 1 });
        }

        Assert.Equal(["1st", "awsome"], (await _labels.AddAsync(Owner, "p", 1, ["live", "1st", "awsome"], CancellationToken.None)).Invalid);
        Assert.Equal("1", Get("p:live").Value);
        Assert.Equal("ParameterMaxVersionLimitExceeded", (await RefusedAsync(new ParameterDraft { Name = "p", Value = "101", Overwrite = true })).Code);

        _ = await _labels.AddAsync(Owner, "p", version: null, ["live"], CancellationToken.None);
        Assert.Equal("100", Get("p:live").Value);
        _ = await PutAsync(new ParameterDraft { Name = "p", Value = "101", Overwrite = true });
        Assert.Equal([2L, 101L], _parameters.History(Owner, "p", 0, decrypt: false).Select(static one => one.Version.Version).Where(static version => version is 2 or 1 or 101));
        Assert.Equal(["live"], (await _labels.RemoveAsync(Owner, "p", 100, ["live", "none"], CancellationToken.None)).Removed);

        await _parameters.DeleteAsync(Owner, "p", CancellationToken.None);
        _ = await PutAsync(new ParameterDraft { Name = "p", Value = "anew", Type = "String" });
        Assert.Equal([1L], _parameters.History(Owner, "p", 0, decrypt: false).Select(static one => one.Version.Version));
    }

    private Task<ParameterVersion> PutAsync(ParameterDraft draft) => _parameters.PutAsync(Owner, draft, CancellationToken.None);

    private FoundParameter Get(string name) => _parameters.Get(Owner, name, decrypt: true);

    private string[] Below(string path, bool recursive) =>
        [.. _parameters.ListByPath(Owner, path, recursive, after: null, decrypt: false).Select(static one => one.Parameter.Name)];

    private async Task<(string Code, string Message)> RefusedAsync(ParameterDraft draft)
    {
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => PutAsync(draft));
        return (error.Code, error.Message);
    }
}
