using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Lamina.Rooms.Tests.Images;

namespace Lamina.Rooms.Tests.Server;

/// <summary>Functions of package type Image: imported over HTTP, made, changed and run.</summary>
public sealed class ImageFunctionTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private const string Functions = "/2015-03-31/functions";
    private const string Repository = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app";

    private readonly string _name = $"f{Guid.NewGuid():N}"[..12];

    [Fact]
    public async Task The_image_s_own_program_runs_in_its_own_root_with_its_own_environment()
    {
        await ImportAsync(Image("hello"), "run");
        Reply created = await CreateAsync("run", new JsonObject { ["Environment"] = Variables(("OWN", "function"), ("BOTH", "function")) });
        Assert.Equal(HttpStatusCode.Created, created.Status);
        JsonObject seen = await InvokeAsync();

        Assert.Equal("hello", (string?)seen["greeting"]);
        Assert.Equal(["bootstrap", "first", "second"], Texts(seen["args"]!));
        Assert.Equal(("/srv", 993, 0, 1), ((string?)seen["cwd"], (int)seen["uid"]!, (int)seen["writable"]!, (int)seen["tmp"]!));
        Dictionary<string, string> environment = Texts(seen["env"]!).Select(static text => text.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);
        Assert.Equal(("image", "function", "function"), (environment["IMAGE"], environment["OWN"], environment["BOTH"]));
        Assert.Equal((_name, "/var/task"), (environment["AWS_LAMBDA_FUNCTION_NAME"], environment["LAMBDA_TASK_ROOT"]));
        Assert.False(environment.ContainsKey("AWS_EXECUTION_ENV") || environment.ContainsKey("_HANDLER") || environment.ContainsKey("LD_LIBRARY_PATH"));
    }

    [Fact]
    public async Task The_answers_are_those_of_an_image_and_not_of_an_archive()
    {
        TestImage image = Image("answers");
        await ImportAsync(image, "answers");
        JsonObject created = (await CreateAsync("answers")).Json;
        string hex = image.Digest["sha256:".Length..];
        Assert.Equal(("Image", hex, 0), ((string?)created["PackageType"], (string?)created["CodeSha256"], (int)created["CodeSize"]!));
        Assert.All(["Runtime", "Handler", "Layers", "RuntimeVersionConfig", "ImageConfigResponse"], member => Assert.False(created.ContainsKey(member), member));

        await ActiveAsync();
        JsonObject code = (await house.SendAsync(HttpMethod.Get, $"{Functions}/{_name}")).Json["Code"]!.AsObject();
        Assert.Equal(
            ("ECR", $"{Repository}:answers", $"{Repository}@{image.Digest}", 3),
            ((string?)code["RepositoryType"], (string?)code["ImageUri"], (string?)code["ResolvedImageUri"], code.Count));
    }

    [Fact]
    public async Task An_ImageConfig_takes_the_place_of_the_whole_former_one_and_is_honoured()
    {
        await ImportAsync(Image("config"), "config");
        JsonObject config = new() { ["EntryPoint"] = new JsonArray("/bin/bootstrap"), ["Command"] = new JsonArray("one"), ["WorkingDirectory"] = "/bin" };
        JsonObject created = (await CreateAsync("config", new JsonObject { ["ImageConfig"] = config.DeepClone() })).Json;
        Assert.True(JsonNode.DeepEquals(config, created["ImageConfigResponse"]!["ImageConfig"]));
        JsonObject seen = await InvokeAsync();
        Assert.Equal(("/bin/bootstrap one", "/bin"), (string.Join(' ', Texts(seen["args"]!)), (string?)seen["cwd"]));

        JsonObject updated = (await ConfigureAsync(new JsonObject { ["ImageConfig"] = new JsonObject { ["Command"] = new JsonArray("two"), ["WorkingDirectory"] = "/bin" } })).Json;
        Assert.Equal("""{"Command":["two"],"WorkingDirectory":"/bin"}""", updated["ImageConfigResponse"]!["ImageConfig"]!.ToJsonString());
        seen = await InvokeAsync();
        Assert.Equal("bootstrap two", string.Join(' ', Texts(seen["args"]!)));

        updated = (await ConfigureAsync(new JsonObject { ["ImageConfig"] = new JsonObject() })).Json;
        Assert.False(updated.ContainsKey("ImageConfigResponse"));
        Assert.Equal("/srv", (string?)(await InvokeAsync())["cwd"]);
    }

    [Fact]
    public async Task A_version_keeps_its_image_when_the_tag_moves_and_the_code_is_updated()
    {
        TestImage first = Image("first");
        TestImage second = Image("second");
        await ImportAsync(first, "moving");
        await CreateAsync("moving", new JsonObject { ["Publish"] = true });
        await ImportAsync(second, "moving");
        Assert.Equal("first", (string?)(await InvokeAsync())["greeting"]);

        Reply updated = await UpdateAsync(new JsonObject { ["ImageUri"] = $"{Repository}:moving", ["Publish"] = true });
        Assert.Equal(("2", second.Digest["sha256:".Length..]), ((string?)updated.Json["Version"], (string?)updated.Json["CodeSha256"]));
        await ActiveAsync();
        Reply same = await PublishAsync(second.Digest["sha256:".Length..]);
        Assert.Equal("2", (string?)same.Json["Version"]);
        await house.SendAsync(HttpMethod.Delete, "/_lamina/images?Name=app:moving");
        await house.SendAsync(HttpMethod.Post, "/_lamina/storage/collect");
        Assert.Equal("first", (string?)(await InvokeAsync("?Qualifier=1"))["greeting"]);
        Assert.Equal("second", (string?)(await InvokeAsync("?Qualifier=2"))["greeting"]);
    }

    [Fact]
    public async Task Versions_of_an_image_are_published_by_its_digest_and_listed()
    {
        TestImage image = Image("versions");
        await ImportAsync(image, "versions");
        JsonObject created = (await CreateAsync("versions", new JsonObject { ["Publish"] = true })).Json;
        Assert.Equal(("1", "Pending", "Creating"), ((string?)created["Version"], (string?)created["State"], (string?)created["StateReasonCode"]));
        JsonObject updated = (await ConfigureAsync(new JsonObject { ["Description"] = "second" })).Json;
        Assert.Equal(
            ("InProgress", "The function is being created.", "Creating"),
            ((string?)updated["LastUpdateStatus"], (string?)updated["LastUpdateStatusReason"], (string?)updated["LastUpdateStatusReasonCode"]));
        await ActiveAsync();

        string digest = image.Digest["sha256:".Length..];
        Reply wrong = await PublishAsync(new string('a', 64));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "InvalidParameterValueException",
                $"CodeSHA256 ({new string('a', 64)}) is different from current CodeSHA256 in $LATEST ({digest}). Please try again with the CodeSHA256 in $LATEST."),
            (wrong.Status, wrong.ErrorType, wrong.Message));
        JsonObject published = (await PublishAsync(digest)).Json;
        Assert.Equal(("2", "Successful", digest), ((string?)published["Version"], (string?)published["LastUpdateStatus"], (string?)published["CodeSha256"]));
        JsonArray versions = (await house.SendAsync(HttpMethod.Get, $"{Functions}/{_name}/versions")).Json["Versions"]!.AsArray();
        Assert.Equal(["$LATEST", "1", "2"], versions.Select(static version => (string?)version!["Version"]));
        Assert.All(versions, version => Assert.Equal(("Image", digest), ((string?)version!["PackageType"], (string?)version["CodeSha256"])));
    }

    [Fact]
    public async Task Extensions_in_the_image_are_started_like_those_of_layers()
    {
        await ImportAsync(Image("extended").Layer(new TarBuilder().File("opt/extensions/watcher", ImageProgram.Bytes)), "extended");
        await CreateAsync("extended");
        Assert.Equal("extended", (string?)(await InvokeAsync())["greeting"]);
        string log = (await house.SendAsync(HttpMethod.Get, $"/_lamina/functions/{_name}/logs")).Text;
        Assert.Contains("an extension sees image and no more\n", log, StringComparison.Ordinal);
        Assert.Contains("EXTENSION\tName: watcher\tState: Ready\tEvents: []", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_extension_of_the_image_that_cannot_be_started_is_blamed_unless_they_are_turned_off()
    {
        TarBuilder broken = new TarBuilder().File("opt/extensions/broken", "no program");
        await ImportAsync(Image("broken").Layer(broken), "broken-extension");
        await CreateAsync("broken-extension");
        Assert.Equal("Extension.LaunchError", (string?)(await InvokeAsync())["errorType"]);

        await ImportAsync(Image("off").Layer(broken).Layer(new TarBuilder().File("opt/disable-extensions-jwigqn8j", "")), "off");
        await UpdateAsync(new JsonObject { ["ImageUri"] = $"{Repository}:off" });
        Assert.Equal("off", (string?)(await InvokeAsync())["greeting"]);
    }

    [Theory]
    [InlineData("""{"Runtime":"python3.12"}""", "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.")]
    [InlineData("""{"Handler":"a.b"}""", "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.")]
    [InlineData("""{"Layers":["arn:aws:lambda:us-east-1:000000000000:layer:l:1"]}""", "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.")]
    [InlineData("""{"Code":{"ImageUri":"app:absent"}}""", "Source image app:absent does not exist. Provide a valid source image.")]
    [InlineData("""{"Code":{"ImageUri":"app"}}""", "Source image app is not valid. Provide a valid source image.")]
    [InlineData("""{"Code":{}}""", "Please provide ImageUri when creating a function with packageType Image.")]
    public async Task What_an_image_cannot_have_is_refused_as_Lambda_does(string change, string message)
    {
        Reply refused = await CreateAsync("none", JsonNode.Parse(change)!.AsObject());
        Assert.Equal((HttpStatusCode.BadRequest, "InvalidParameterValueException", message), (refused.Status, refused.ErrorType, refused.Message));
    }

    [Fact]
    public async Task Archives_and_images_do_not_change_into_each_other()
    {
        await ImportAsync(Image("kinds"), "kinds");
        await CreateAsync("kinds");
        await ActiveAsync();
        Reply zip = await UpdateAsync(new JsonObject { ["ZipFile"] = Convert.ToBase64String(ServedHouse.Zip(("f", "x"))) });
        Assert.Equal("Please provide ImageUri when updating a function with packageType Image.", zip.Message);
        Reply layers = await ConfigureAsync(new JsonObject { ["Layers"] = new JsonArray("arn:aws:lambda:us-east-1:000000000000:layer:l:1") });
        Assert.Equal("Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.", layers.Message);

        await house.SendJsonAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest($"z{_name}"));
        await ActiveAsync($"z{_name}");
        Reply image = await house.SendJsonAsync(HttpMethod.Put, $"{Functions}/z{_name}/code", new JsonObject { ["ImageUri"] = "app:kinds" });
        Assert.Equal("Please don't provide ImageUri when updating a function with packageType Zip.", image.Message);
    }

    [Fact]
    public async Task An_image_for_another_machine_is_refused_until_the_function_is_for_it_too()
    {
        await ImportAsync(Image("arm", architecture: "arm64"), "arm");
        Reply refused = await CreateAsync("arm");
        Assert.Contains("is made for arm64, the function for x86_64", refused.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await CreateAsync("arm", new JsonObject { ["Architectures"] = new JsonArray("arm64") })).Status);
    }

    [Theory]
    [InlineData("""{"EntryPoint":["absent"]}""", "Runtime.InvalidEntrypoint", "Couldn't find valid bootstrap(s): [absent]")]
    [InlineData("""{"EntryPoint":["/absent"]}""", "Runtime.InvalidEntrypoint", "fork/exec /absent: no such file or directory")]
    [InlineData("""{"EntryPoint":["/greeting"]}""", "Runtime.InvalidEntrypoint", "fork/exec /greeting: permission denied")]
    [InlineData("""{"WorkingDirectory":"/absent"}""", "Runtime.InvalidWorkingDir", "chdir /absent: no such file or directory")]
    [InlineData("""{"WorkingDirectory":"srv"}""", "Runtime.InvalidWorkingDir", "the working directory 'srv' is invalid, it needs to be an absolute path")]
    public async Task A_program_that_cannot_be_started_is_told_as_Lambda_tells_it(string config, string type, string message)
    {
        await ImportAsync(Image("broken"), "broken");
        await CreateAsync("broken", new JsonObject { ["ImageConfig"] = JsonNode.Parse(config) });
        JsonObject failed = await InvokeAsync();
        Assert.Equal(type, (string?)failed["errorType"]);
        Assert.EndsWith($"Error: {message}", (string?)failed["errorMessage"], StringComparison.Ordinal);
        string log = (await house.SendAsync(HttpMethod.Get, $"/_lamina/functions/{_name}/logs")).Text;
        Assert.Contains($"IMAGE\tLaunch error: {message}\tEntrypoint: [", log, StringComparison.Ordinal);
        Assert.DoesNotContain("INIT_START", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_outlive_a_reset_and_functions_do_not()
    {
        await using ServedHouse own = await ServedHouse.OpenAsync(static options => options with { AllowReset = true });
        TestImage image = Image("reset");
        await ImportAsync(own, image, "reset");
        await own.SendJsonAsync(HttpMethod.Post, Functions, Request("reset"));
        Assert.Equal(HttpStatusCode.NoContent, (await own.SendAsync(HttpMethod.Post, "/_lamina/reset")).Status);
        Assert.Empty((await own.SendAsync(HttpMethod.Get, Functions)).Json["Functions"]!.AsArray());
        JsonNode listed = JsonNode.Parse((await own.SendAsync(HttpMethod.Get, "/_lamina/images")).Body)!.AsArray().Single()!;
        Assert.Equal(("app:reset", image.Digest), ((string?)listed["name"], (string?)listed["digest"]));
        Assert.Equal(HttpStatusCode.Created, (await own.SendJsonAsync(HttpMethod.Post, Functions, Request("reset"))).Status);
    }

    [Fact]
    public async Task A_layer_that_is_not_what_its_path_says_is_refused_over_HTTP_too()
    {
        byte[] layer = new TarBuilder().File("f", "x").Build();
        Reply wrong = await house.SendAsync(HttpMethod.Put, $"/_lamina/images/layers/{TestImage.DigestOf([1])}", new ByteArrayContent(layer));
        Assert.Equal((HttpStatusCode.BadRequest, "InvalidParameterValueException"), (wrong.Status, wrong.ErrorType));
        Reply noDigest = await house.SendAsync(HttpMethod.Put, "/_lamina/images/layers/latest", new ByteArrayContent(layer));
        Assert.Contains("is not a digest", noDigest.Message, StringComparison.Ordinal);
        Reply unknown = await house.SendAsync(HttpMethod.Delete, "/_lamina/images?Name=app:never");
        Assert.Equal((HttpStatusCode.NotFound, "There is no image app:never."), (unknown.Status, unknown.Message));
    }

    private static TestImage Image(string greeting, string architecture = "amd64") => new TestImage
    {
        Architecture = architecture,
        Config = new JsonObject
        {
            ["Entrypoint"] = new JsonArray("bootstrap"),
            ["Cmd"] = new JsonArray("first", "second"),
            ["WorkingDir"] = "/srv",
            ["Env"] = new JsonArray("PATH=/bin", "IMAGE=image", "BOTH=image", "AWS_EXECUTION_ENV=image"),
        },
    }.Layer(new TarBuilder().Folder("srv").File("bin/bootstrap", ImageProgram.Bytes)).Layer(new TarBuilder().File("greeting", greeting));

    private static async Task ImportAsync(ServedHouse house, TestImage image, string tag)
    {
        Reply first = await house.SendJsonAsync(HttpMethod.Post, $"/_lamina/images?Name=app:{tag}", Documents(image));
        foreach (string digest in Texts(first.Json["missingLayers"]!))
        {
            using ByteArrayContent content = new(image.Blobs[digest]);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            Assert.Equal(HttpStatusCode.Created, (await house.SendAsync(HttpMethod.Put, $"/_lamina/images/layers/{digest}", content)).Status);
        }

        Reply last = await house.SendJsonAsync(HttpMethod.Post, $"/_lamina/images?Name=app:{tag}", Documents(image));
        Assert.Equal((HttpStatusCode.Created, image.Digest), (last.Status, (string?)last.Json["image"]!["digest"]));
    }

    private static JsonObject Documents(TestImage image) => new()
    {
        ["manifest"] = Convert.ToBase64String(image.Manifest), ["configuration"] = Convert.ToBase64String(image.Configuration),
    };

    private Task ImportAsync(TestImage image, string tag) => ImportAsync(house, image, tag);

    private JsonObject Request(string tag) => new()
    {
        ["FunctionName"] = _name,
        ["PackageType"] = "Image",
        ["Role"] = "arn:aws:iam::000000000000:role/r",
        ["Timeout"] = 10,
        ["Code"] = new JsonObject { ["ImageUri"] = $"{Repository}:{tag}" },
    };

    private Task<Reply> CreateAsync(string tag, JsonObject? change = null)
    {
        JsonObject request = Request(tag);
        foreach ((string member, JsonNode? value) in change ?? [])
        {
            request[member] = value?.DeepClone();
        }

        return house.SendJsonAsync(HttpMethod.Post, Functions, request);
    }

    private async Task<Reply> ConfigureAsync(JsonObject change)
    {
        await ActiveAsync();
        return await house.SendJsonAsync(HttpMethod.Put, $"{Functions}/{_name}/configuration", change);
    }

    private async Task<Reply> UpdateAsync(JsonObject change)
    {
        await ActiveAsync();
        return await house.SendJsonAsync(HttpMethod.Put, $"{Functions}/{_name}/code", change);
    }

    private Task<Reply> PublishAsync(string codeSha256) =>
        house.SendJsonAsync(HttpMethod.Post, $"{Functions}/{_name}/versions", new JsonObject { ["CodeSha256"] = codeSha256 });

    private async Task<JsonObject> InvokeAsync(string query = "")
    {
        await ActiveAsync();
        return (await house.SendAsync(HttpMethod.Post, $"{Functions}/{_name}/invocations{query}", ServedHouse.Json("{}"))).Json;
    }

    /// <summary>As the official clients wait: by asking.</summary>
    private Task ActiveAsync() => ActiveAsync(_name);

    private async Task ActiveAsync(string name)
    {
        JsonObject shown;
        do
        {
            shown = (await house.SendAsync(HttpMethod.Get, $"{Functions}/{name}/configuration")).Json;
        }
        while ((string?)shown["State"] == "Pending" || (string?)shown["LastUpdateStatus"] == "InProgress");
    }

    private static JsonObject Variables(params (string Name, string Value)[] variables) => new()
    {
        ["Variables"] = new JsonObject(variables.Select(static variable => KeyValuePair.Create(variable.Name, (JsonNode?)variable.Value))),
    };

    private static string[] Texts(JsonNode array) => [.. array.AsArray().Select(static text => (string)text!)];
}
