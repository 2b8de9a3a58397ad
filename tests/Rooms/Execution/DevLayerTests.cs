using System.IO.Compression;
using System.Text;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Rooms.Tests.Execution;

public sealed class DevLayerTests
{
    private const string Read = """
        while True:
            id, headers, event = next()
            respond(id, json.dumps({f: open("/opt/" + f).read() for f in sorted(os.listdir("/opt"))}))
        """;

    private static readonly Caller Owner = new()
    {
        Account = AccountId.Default,
        Region = "us-east-1",
        PrincipalArn = "arn:aws:iam::000000000000:root",
    };

    private static readonly LayerArn Layer = new("us-east-1", AccountId.Default, "shared");

    [Fact]
    public async Task The_next_invocation_sees_what_was_sent_and_after_the_session_what_is_published()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house);
        Assert.Equal("""{"file": "published"}""", await AnswerAsync(house, function));

        DevLayer session = house.DevLayers.Open(Owner, Layer, "/home/me/shared");
        Assert.Equal("""{"file": "published"}""", await AnswerAsync(house, function));
        await UpdateAsync(house, session, whole: true, ("file", "sent"));
        Assert.Equal("""{"file": "sent"}""", await AnswerAsync(house, function));

        house.DevLayers.Close(session);
        Assert.Equal("""{"file": "published"}""", await AnswerAsync(house, function));
        Assert.Empty(house.DevLayers.List(Owner));
        Assert.Empty(house.DevLayers.ArchivesInUse());
    }

    [Fact]
    public async Task Changes_lie_over_the_last_whole_and_are_replaced_by_the_next_changes()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house);
        DevLayer session = house.DevLayers.Open(Owner, Layer, "/home/me/shared");
        await UpdateAsync(house, session, whole: true, ("a", "1"), ("b", "1"));

        await UpdateAsync(house, session, whole: false, ("b", "2"), ("c", "2"));
        Assert.Equal("""{"a": "1", "b": "2", "c": "2"}""", await AnswerAsync(house, function));
        await UpdateAsync(house, session, whole: false, ("b", "3"));
        Assert.Equal("""{"a": "1", "b": "3"}""", await AnswerAsync(house, function));
        Assert.Equal(2, house.DevLayers.ArchivesInUse().Count());
    }

    [Fact]
    public async Task Dev_content_keeps_the_layers_place_in_the_order()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house);
        function = function with { Layers = [.. function.Layers, await house.LayerAsync("later", ("file", "of the later layer"))] };
        DevLayer session = house.DevLayers.Open(Owner, Layer, "/home/me/shared");

        await UpdateAsync(house, session, whole: true, ("file", "sent"), ("more", "sent"));

        Assert.Equal("""{"file": "of the later layer", "more": "sent"}""", await AnswerAsync(house, function));
    }

    [Fact]
    public async Task An_environment_in_use_ends_its_invocation_on_the_former_content()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, TimeProvider.System, async _ =>
        {
            asked.TrySetResult();
            await goOn.Task;
        });
        house.DevLayers.Changed += house.Invoker.RetireUsersOf;
        FunctionVersion function = await FunctionAsync(house, """
            while True:
                id, headers, event = next()
                before = open("/opt/file").read()
                endpoint = http.client.HTTPConnection("127.0.0.1", 4566)
                endpoint.request("GET", "/")
                endpoint.getresponse().read()
                respond(id, json.dumps([before, open("/opt/file").read()]))
            """);
        DevLayer session = house.DevLayers.Open(Owner, Layer, "/home/me/shared");
        Task<InvokeOutcome> running = house.InvokeAsync(function).AsTask();
        await asked.Task;

        await UpdateAsync(house, session, whole: true, ("file", "sent"));
        goOn.SetResult();

        Assert.Equal("""["published", "published"]""", ExecutionHouse.Text((await running).Payload));
        Assert.Equal("""["sent", "sent"]""", await AnswerAsync(house, function));
    }

    [Fact]
    public async Task The_log_says_which_layer_an_environment_has_from_where()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house);
        DevLayer session = house.DevLayers.Open(Owner, Layer, "/home/me/shared");
        await UpdateAsync(house, session, whole: true, ("file", "sent"));

        await AnswerAsync(house, function);

        Assert.Contains("DEV_LAYER Layer: shared\tUpdate: 1\tFolder: /home/me/shared", house.LogLines(function));
    }

    [Fact]
    public async Task Functions_of_another_account_see_what_is_published()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house) with { Account = "111122223333" };
        DevLayer session = house.DevLayers.Open(Owner, Layer, "/home/me/shared");

        await UpdateAsync(house, session, whole: true, ("file", "sent"));

        Assert.Equal("""{"file": "published"}""", await AnswerAsync(house, function));
    }

    [Fact]
    public async Task A_layer_has_one_session_and_only_its_own_account_may_begin_it()
    {
        await using ExecutionHouse house = await OpenAsync();
        DevLayer session = house.DevLayers.Open(Owner, Layer, "/home/me/shared");

        AwsError second = Assert.Throws<AwsError>(() => house.DevLayers.Open(Owner, Layer, "/home/me/other"));
        Assert.Equal(("ResourceConflictException", true), (second.Code, second.Message.Contains("/home/me/shared", StringComparison.Ordinal)));
        Caller stranger = Owner with { Account = AccountId.Parse("111122223333") };
        Assert.Equal("AccessDeniedException", Assert.Throws<AwsError>(() => house.DevLayers.Open(stranger, Layer, "/x")).Code);
        AwsError unknown = await Assert.ThrowsAsync<AwsError>(
            () => house.DevLayers.UpdateAsync(Owner, Layer, "another", Zip([("file", "x")]), whole: true, CancellationToken.None));
        Assert.Equal("ResourceNotFoundException", unknown.Code);
        house.DevLayers.Close(session);
        Assert.NotNull(house.DevLayers.Open(Owner, Layer, "/home/me/other"));
    }

    [Fact]
    public async Task Content_that_is_refused_leaves_the_former_one_live()
    {
        await using ExecutionHouse house = await OpenAsync();
        FunctionVersion function = await FunctionAsync(house);
        DevLayer session = house.DevLayers.Open(Owner, Layer, "/home/me/shared");
        await UpdateAsync(house, session, whole: true, ("file", "sent"));

        await Assert.ThrowsAsync<AwsError>(() => UpdateAsync(house, session, whole: true, ("../outside", "x")));

        Assert.Equal("""{"file": "sent"}""", await AnswerAsync(house, function));
        Assert.Equal(1, house.DevLayers.List(Owner).Single().Updates);
    }

    [Fact]
    public async Task A_session_that_ended_takes_no_more_content()
    {
        await using ExecutionHouse house = await OpenAsync();
        DevLayer session = house.DevLayers.Open(Owner, Layer, "/home/me/shared");
        house.DevLayers.Close(session);

        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => UpdateAsync(house, session, whole: true, ("file", "late")));

        Assert.Equal("ResourceNotFoundException", refused.Code);
        Assert.Empty(house.DevLayers.ArchivesInUse());
    }

    private static async Task<ExecutionHouse> OpenAsync()
    {
        ExecutionHouse house = await ExecutionHouse.OpenAsync();
        house.DevLayers.Changed += house.Invoker.RetireUsersOf;
        return house;
    }

    private static async Task<FunctionVersion> FunctionAsync(ExecutionHouse house, string script = Read) =>
        await house.PythonBootstrapAsync(script) with { Layers = [await house.LayerAsync("shared", ("file", "published"))] };

    private static async Task<string> AnswerAsync(ExecutionHouse house, FunctionVersion function) =>
        ExecutionHouse.Text((await house.InvokeAsync(function)).Payload);

    private static Task UpdateAsync(ExecutionHouse house, DevLayer session, bool whole, params (string Path, string Text)[] files) =>
        house.DevLayers.UpdateAsync(Owner, Layer, session.Session, Zip(files), whole, CancellationToken.None);

    private static byte[] Zip((string Path, string Text)[] files)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create))
        {
            foreach ((string path, string text) in files)
            {
                ZipArchiveEntry entry = zip.CreateEntry(path);
                entry.ExternalAttributes = 0x81A4 << 16;
                using Stream content = entry.Open();
                content.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return bytes.ToArray();
    }
}
