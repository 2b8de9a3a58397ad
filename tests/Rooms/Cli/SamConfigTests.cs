using Lamina.Cli;
using Lamina.Cli.Stacks;

namespace Lamina.Rooms.Tests.Cli;

public sealed class SamConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-config-").FullName;

    private string File => Path.Combine(_folder, "samconfig.toml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_sam_wrote_is_read()
    {
        SamConfig config = Of("""
            # More information: https://docs.aws.amazon.com/
            version = 0.1

            [default]
            [default.global.parameters]
            region = 'eu-central-1' # behind deploy's own

            [default.deploy.parameters]
            stack_name = "orders"
            resolve_s3 = true
            capabilities = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
            parameter_overrides = "Currency=\"CHF\" Text=\"two words, \\\"quoted\\\"\" Bare=x=y Empty=\"\""

            [prod.deploy.parameters]
            stack_name = "another"
            """);

        Assert.Equal(("orders", "eu-central-1"), (config.StackName, config.Region));
        Assert.Equal(
            new Dictionary<string, string> { ["Currency"] = "CHF", ["Text"] = "two words, \"quoted\"", ["Bare"] = "x=y", ["Empty"] = "" },
            config.Parameters);
    }

    [Fact]
    public void Overrides_may_be_a_list_over_several_lines()
    {
        SamConfig config = Of("""
            [default.deploy.parameters]
            parameter_overrides = [
              "A=1", # one
              "ParameterKey=B,ParameterValue=2",
            ]
            stack_name = "after"
            """);

        Assert.Equal(new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" }, config.Parameters);
        Assert.Equal("after", config.StackName);
    }

    [Theory]
    [InlineData("""tags = "team=\"shop floor\" cost:center=7 \"a key\"=x=y" """)]
    [InlineData("""tags = ["team=\"shop floor\"", "cost:center=7", "\"a key\"=x=y"]""")]
    [InlineData("""tags = { team = "shop floor", "cost:center" = 7, "a key" = "x=y" }""")]
    public void Tags_are_pairs_in_a_text_a_list_or_a_table(string line) => Assert.Equal(
        new Dictionary<string, string> { ["team"] = "shop floor", ["cost:center"] = "7", ["a key"] = "x=y" },
        Of($"[default.deploy.parameters]\n{line}\n").Tags);

    [Fact]
    public void Whether_changes_are_confirmed_is_said()
    {
        Assert.True(Of("[default.deploy.parameters]\nconfirm_changeset = true\n").ConfirmsChanges);
        Assert.False(Of("[default.deploy.parameters]\nconfirm_changeset = false\n").ConfirmsChanges);
        Assert.False(Of("version = 0.1\n").ConfirmsChanges);
        Assert.Null(Of("version = 0.1\n").Tags);
    }

    [Fact]
    public async Task What_is_saved_is_read_again_and_leaves_the_rest_alone()
    {
        SamConfig config = Of("""
            version = 0.1
            [default.deploy.parameters]
            stack_name = "former"
            parameter_overrides = [
              "A=1",
            ]
            fail_on_empty_changeset = false

            [default.build.parameters]
            cached = true
            """);
        Dictionary<string, string> parameters = new() { ["Text"] = """a "b" \ c""", ["Other"] = "" };

        await config.SaveAsync("newer", "eu-west-1", parameters, TestContext.Current.CancellationToken);

        SamConfig read = SamConfig.Beside(Path.Combine(_folder, "template.yaml"));
        Assert.Equal(("newer", "eu-west-1"), (read.StackName, read.Region));
        Assert.Equal(parameters, read.Parameters);
        string text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        Assert.Contains("fail_on_empty_changeset = false\n", text, StringComparison.Ordinal);
        Assert.Contains("resolve_s3 = true\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n[default.build.parameters]\ncached = true\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("A=1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comments_and_whatever_else_TOML_has_stay()
    {
        SamConfig config = Of("""
            # ours
            [ default . "deploy" . parameters ]
            stack_name = '''
            former''' # the shop
            tags = { a = "1", b = "[2]" }
            region = "eu-west-1" # behind the tags
            [[more]]
            since = 2026-01-01
            """);
        Assert.Equal(("former", "eu-west-1"), (config.StackName, config.Region));

        await config.SaveAsync("newer", "eu-west-1", new Dictionary<string, string>(), TestContext.Current.CancellationToken);

        Assert.Equal(
            """
            # ours
            [ default . "deploy" . parameters ]
            stack_name = "newer" # the shop
            tags = { a = "1", b = "[2]" }
            region = "eu-west-1" # behind the tags
            capabilities = "CAPABILITY_IAM CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND"
            resolve_s3 = true
            [[more]]
            since = 2026-01-01

            """,
            await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public void What_cannot_be_read_is_told_with_its_line()
    {
        CliError error = Assert.Throws<CliError>(() => Of("version = 0.1\n[default.deploy.parameters]\nstack_name = \"orders\n"));

        Assert.Equal($"{File}:3", error.Where);
    }

    [Theory]
    [InlineData("https://abc123.execute-api.us-east-1.amazonaws.com/Prod/", "http://abc123.execute-api.us-east-1.localhost:4570/Prod/")]
    [InlineData("http://abc123.execute-api.eu-west-1.localhost:4566/Prod", "http://abc123.execute-api.eu-west-1.localhost:4570/Prod")]
    [InlineData("https://abc123.execute-api.us-east-1.amazonaws.com", "http://abc123.execute-api.us-east-1.localhost:4570")]
    [InlineData("https://example.com/abc.execute-api.us-east-1.amazonaws.com/", null)]
    public void An_apis_address_in_AWS_is_its_address_here(string value, string? local) =>
        Assert.Equal(local, LocalUrl.Of(value, new Uri("http://127.0.0.1:4570")));

    private SamConfig Of(string text)
    {
        System.IO.File.WriteAllText(File, text);
        return SamConfig.Beside(Path.Combine(_folder, "template.yaml"));
    }
}
