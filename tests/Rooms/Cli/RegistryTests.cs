using System.Text.Json.Nodes;
using Lamina.Cli.Images;
using Lamina.Rooms.Tests.Images;
using Lamina.Rooms.Tests.Server;

namespace Lamina.Rooms.Tests.Cli;

/// <summary>Images pulled from registries.</summary>
public sealed class RegistryTests(ServedHouse house) : IClassFixture<ServedHouse>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _name = $"r{Guid.NewGuid():N}"[..12];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_tag_and_a_digest_are_pulled()
    {
        await using LocalRegistry registry = await LocalRegistry.StartAsync(withPassword: false);
        TestImage image = Image("open");
        await registry.PushAsync("team/app", "1", image);
        Assert.Equal($"{_name}:1@{image.Digest}", (await ImportAsync($"{registry.Host}/team/app:1")).Output.Trim());
        Assert.Equal($"{_name}:1@{image.Digest}", (await ImportAsync($"{registry.Host}/team/app@{image.Digest}")).Output.Trim());

        LaminaOutcome unknown = await ImportAsync($"{registry.Host}/team/app:2");
        Assert.Equal((1, true), (unknown.ExitCode, unknown.Error.Contains($"The registry has no {registry.Host}/team/app:2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_registry_with_a_password_is_given_the_one_of_docker_login_and_of_nobody_else()
    {
        await using LocalRegistry registry = await LocalRegistry.StartAsync(withPassword: true);
        TestImage image = Image("closed");
        await registry.PushAsync("app", "1", image);
        LaminaOutcome stranger = await ImportAsync($"{registry.Host}/app:1");
        Assert.Equal((1, true), (stranger.ExitCode, stranger.Error.Contains("does not give", StringComparison.Ordinal)));

        LogIn(registry.Host, LocalRegistry.Password);
        Assert.Equal($"{_name}:1@{image.Digest}", (await ImportAsync($"{registry.Host}/app:1")).Output.Trim());
        LogIn(registry.Host, "wrong");
        LaminaOutcome wrong = await ImportAsync($"{registry.Host}/app:1");
        Assert.Contains($"to {LocalRegistry.User}", wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_wants_a_token_is_brought_one_and_nobody_else_sees_it()
    {
        TestImage image = Image("token");
        await using TokenRegistry registry = new(image);
        LogIn(registry.Host, "p4ss");
        LaminaOutcome imported = await ImportAsync($"{registry.Host}/team/app:1");
        Assert.True(imported.ExitCode == 0, imported.Error);
        Assert.Equal($"{_name}:1@{image.Digest}", imported.Output.Trim());
        Assert.Equal($"{LocalRegistry.User}:p4ss registry.test repository:team/app:pull", Assert.Single(registry.Asked));
        Assert.False(registry.Leaked);
    }

    [Theory]
    [InlineData("""realm="https://a/token",service="s",scope="repository:x:pull,push" """, "realm=https://a/token;scope=repository:x:pull,push;service=s")]
    [InlineData("""realm=plain, Service="a=b" """, "Service=a=b;realm=plain")]
    [InlineData("""realm="never ends""", "realm=never ends")]
    [InlineData("", "")]
    public void The_parameters_of_a_challenge_are_read(string text, string expected) => Assert.Equal(
        expected,
        string.Join(';', ChallengeParameters.Parse(text).OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key}={pair.Value}")));

    private static TestImage Image(string own) => new TestImage().Layer(new TarBuilder().File("shared", "x")).Layer(new TarBuilder().File("own", own));

    private void LogIn(string host, string password)
    {
        string basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{LocalRegistry.User}:{password}"));
        JsonObject configuration = new() { ["auths"] = new JsonObject { [host] = new JsonObject { ["auth"] = basic } } };
        _folder.Write("config.json", configuration.ToJsonString(), (UnixFileMode)0x180);
    }

    private Task<LaminaOutcome> ImportAsync(string from) => LaminaProcess.RunAsync(
        new Dictionary<string, string>(StringComparer.Ordinal) { ["DOCKER_CONFIG"] = _folder.Path },
        "image", "import", $"{_name}:1", "--from", from, "--endpoint", house.Address.ToString());
}
