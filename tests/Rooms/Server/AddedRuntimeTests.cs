using System.Net;
using System.Text.Json.Nodes;
using Lamina.Execution;
using Lamina.Rooms.Tests.Cli;
using Lamina.Rooms.Tests.Images;

namespace Lamina.Rooms.Tests.Server;

/// <summary>Runtimes that were added, by the command line to a server, and functions that run on them.</summary>
public sealed class AddedRuntimeTests(ServedHouse house) : IClassFixture<ServedHouse>, IDisposable
{
    private const string Functions = "/2015-03-31/functions";

    private readonly TemporaryFolder _folder = new();
    private readonly string _name = $"f{Guid.NewGuid():N}"[..12];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_base_image_is_the_root_and_its_own_bootstrap_runs_code_and_layers()
    {
        TestImage image = new TestImage { Config = new JsonObject { ["Env"] = new JsonArray("IMAGE=image", "LANG=image") } }
            .Layer(new TarBuilder().File("var/runtime/bootstrap", ImageProgram.Bytes).File("greeting", "base image").Folder("var/task").Folder("opt"));
        LaminaOutcome added = await RunAsync("runtimes", "add", "java21", "--from", image.WriteOciArchive(Path.Combine(_folder.Path, "java21.tar")));
        Assert.True(added.ExitCode == 0, added.Error);
        Assert.DoesNotContain("lamina-runtime", (await RunAsync("image", "list", "--json")).Output, StringComparison.Ordinal);
        await house.SendAsync(HttpMethod.Post, "/_lamina/storage/collect");

        JsonObject seen = await InvokeNewAsync("java21");
        string[] environment = [.. seen["env"]!.AsArray().Select(static variable => (string)variable!)];
        Assert.Equal(("base image", "/var/task", "/var/runtime/bootstrap"), ((string?)seen["greeting"], (string?)seen["cwd"], (string?)seen["args"]![0]));
        Assert.All(
            ["IMAGE=image", "LANG=en_US.UTF-8", "AWS_EXECUTION_ENV=AWS_Lambda_java21", "_HANDLER=handler.handler"],
            variable => Assert.Contains(variable, environment));
        string log = (await house.SendAsync(HttpMethod.Get, $"/_lamina/functions/{_name}/logs")).Text;
        Assert.Contains($"INIT_START Runtime Version: java:21.image-{image.Digest["sha256:".Length..][..12]}\t", log, StringComparison.Ordinal);

        Assert.Equal((true, true), await ListedAsync("java21"));
        Assert.Equal(0, (await RunAsync("runtimes", "remove", "java21")).ExitCode);
        Assert.False((await ListedAsync("java21")).IsAdded);
        Assert.Contains("was not added", (await RunAsync("runtimes", "remove", "java21")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interpreter_of_this_machine_is_shown_at_var_lang()
    {
        Interpreter python = new InterpreterFinder().FindPythons()[0];
        string id = $"python{python.Version.Major}.{python.Version.Minor}";
        LaminaOutcome added = await RunAsync("runtimes", "add", id, "--from", python.Path, "--json");
        Assert.True(added.ExitCode == 0, added.Error);
        Assert.Equal(python.Version.ToString(), (string?)JsonNode.Parse(added.Output)!["version"]);
        Assert.Equal("/var/lang/bin/", ((string)(await InvokeNewAsync(id, "import sys\ndef handler(event, context): return {'at': sys.executable}"))["at"]!)[..14]);
        await RunAsync("runtimes", "remove", id);
        Assert.StartsWith(python.Path, (string)(await InvokeAsync())["at"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_comes_from_the_machine_s_own_npm()
    {
        // The program that npm is asked by: this one brings a package made of what the machine has.
        string package = Path.Combine(_folder.Path, "node-linux.tgz");
        WritePackage(package, "26.1.0");
        _folder.Write("npm", $"#!/bin/sh\necho \"$@\" > {_folder.Path}/asked\ncp {package} node-linux-26.1.0.tgz\n", (UnixFileMode)0x1ED);
        var path = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = $"{_folder.Path}:/usr/bin:/bin" };
        LaminaOutcome added = await LaminaProcess.RunAsync(
            path, "runtimes", "add", "nodejs26.x", "--from", "npm", "--json", "--endpoint", house.Address.ToString());
        Assert.True(added.ExitCode == 0, added.Error);
        Assert.Equal("26.1.0", (string?)JsonNode.Parse(added.Output)!["version"]);
        Assert.StartsWith("pack node-linux-", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "asked")), StringComparison.Ordinal);
        Assert.Equal("own node", (string?)(await InvokeNewAsync("nodejs26.x"))["said"]);

        WritePackage(package, "25.0.0");
        LaminaOutcome wrong = await LaminaProcess.RunAsync(path, "runtimes", "add", "nodejs26.x", "--from", "npm", "--endpoint", house.Address.ToString());
        Assert.Contains("package/bin/node is version 25.0.0, not what nodejs26.x needs.", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("npm has Node.js 18 to 26 only", (await RunAsync("runtimes", "add", "python3.12", "--from", "npm")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_runtime_is_refused()
    {
        string layout = new TestImage().Layer(new TarBuilder().File("f", "x")).WriteLayout(Path.Combine(_folder.Path, "layout"));
        Assert.Contains("none of AWS's base images", (await RunAsync("runtimes", "add", "java17", "--from", layout)).Error, StringComparison.Ordinal);
        Assert.Contains("is not the id of a Lambda runtime", (await RunAsync("runtimes", "add", "cobol1", "--from", layout)).Error, StringComparison.Ordinal);
        Assert.Contains("only a root file system", (await RunAsync("runtimes", "add", "ruby3.4", "--from", _folder.Path)).Error, StringComparison.Ordinal);
        Assert.Contains("There is no bin/python3.9 in it.", (await RunAsync("runtimes", "add", "python3.9", "--from", _folder.Path)).Error, StringComparison.Ordinal);
        Assert.False((await ListedAsync("java17")).IsAdded);
    }

    [Theory]
    [InlineData("link/bin/node")]
    [InlineData("../bin/node")]
    [InlineData("node")]
    public async Task A_program_outside_its_image_is_not_shown(string program)
    {
        string layout = new TestImage().Layer(new TarBuilder().Symlink("link", "/usr").File("node", "x")).WriteLayout(_folder.Path);
        await RunAsync("image", "import", _name, "--from", layout);
        Reply refused = await house.SendJsonAsync(
            HttpMethod.Put, "/_lamina/runtimes/nodejs22.x", new JsonObject { ["image"] = _name, ["program"] = program });
        Assert.Equal((HttpStatusCode.BadRequest, $"{program} is not the path of a program in a folder of the image."), (refused.Status, refused.Message));
    }

    /// <summary>A program that answers as a Node.js of this version would be found to be, and then runs no JavaScript.</summary>
    private static void WritePackage(string file, string version)
    {
        string[] numbers = version.Split('.');
        string header = $"#define NODE_MAJOR_VERSION {numbers[0]}\n#define NODE_MINOR_VERSION {numbers[1]}\n#define NODE_PATCH_VERSION {numbers[2]}\n";
        byte[] tar = new TarBuilder().File("package/bin/node", SaidByShell, 0x1ED).File("package/include/node/node_version.h", header).Build();
        File.WriteAllBytes(file, TarBuilder.Gzip(tar));
    }

    private const string SaidByShell = """
        #!/usr/bin/python3
        import http.client, os
        while True:
            api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
            api.request("GET", "/2018-06-01/runtime/invocation/next")
            answer = api.getresponse()
            answer.read()
            api.request("POST", "/2018-06-01/runtime/invocation/" + answer.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", '{"said":"own node"}')
            api.getresponse().read()
        """;

    private async Task<JsonObject> InvokeNewAsync(string runtime, string code = "")
    {
        JsonObject request = ServedHouse.CreateRequest(_name);
        request["Runtime"] = runtime;
        request["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(ServedHouse.Zip(("handler.py", code))) };
        Assert.Equal(HttpStatusCode.Created, (await house.SendJsonAsync(HttpMethod.Post, Functions, request)).Status);
        return await InvokeAsync();
    }

    private async Task<JsonObject> InvokeAsync()
    {
        Reply reply;
        do
        {
            reply = await house.SendAsync(HttpMethod.Post, $"{Functions}/{_name}/invocations", ServedHouse.Json("{}"));
        }
        while (reply.Status == HttpStatusCode.Conflict); // Pending
        return reply.Json;
    }

    private async Task<(bool IsAdded, bool IsExact)> ListedAsync(string id)
    {
        LaminaOutcome listed = await LaminaProcess.RunServerAsync("runtimes", "--json", "--data", house.DataFolder);
        JsonNode found = JsonNode.Parse(listed.Output)!.AsArray().Single(runtime => (string?)runtime!["id"] == id)!;
        return ((bool)found["added"]!, (bool)found["exact"]!);
    }

    private Task<LaminaOutcome> RunAsync(params string[] arguments) =>
        LaminaProcess.RunAsync([.. arguments, "--endpoint", house.Address.ToString()]);
}
