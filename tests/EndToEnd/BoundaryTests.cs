using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>What is just allowed and what is just refused, each through AWS's clients.</summary>
public sealed class BoundaryTests(BoundaryServer server) : IClassFixture<BoundaryServer>
{
    private const string InvalidParameter = "InvalidParameterValueException";

    private static readonly byte[] Content = Archive.Of("who", "layer");

    private readonly string _suffix = Guid.NewGuid().ToString("N")[..8];

    public static TheoryData<string> Clients => ClientTools.Clients;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Five_layers_are_a_functions_most(string clientName)
    {
        ILambdaClient client = server.Connect(clientName, BoundaryServer.Owner);
        string[] layers = new string[6];
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i] = await client.PublishLayerAsync(Own($"layer{i}"), Content);
        }

        _ = (await client.CreateFunctionAsync(Own("five"), Probe.Code, Layers(layers[..5]))).Success;
        AssertError(await client.CreateFunctionAsync(Own("six"), Probe.Code, Layers(layers)), InvalidParameter, "Cannot reference more than 5 layers.");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_layer_is_named_once(string clientName)
    {
        ILambdaClient client = server.Connect(clientName, BoundaryServer.Owner);
        string first = await client.PublishLayerAsync(Own("twice"), Content);
        string second = await client.PublishLayerAsync(Own("twice"), Content);
        const string Text = "Two different versions of the same layer are not allowed to be referenced in the same function. ";
        AssertError(
            await client.CreateFunctionAsync(Own("two"), Probe.Code, Layers(first, second)),
            InvalidParameter, $"{Text}{first} and {second} are versions of the same layer.");
        AssertError(
            await client.CreateFunctionAsync(Own("same"), Probe.Code, Layers(first, first)),
            InvalidParameter, $"{Text}{first} and {first} are versions of the same layer.");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_layer_is_of_the_functions_region_and_exists(string clientName)
    {
        ILambdaClient client = server.Connect(clientName, BoundaryServer.Owner);
        string layer = await client.PublishLayerAsync(Own("here"), Content);
        string elsewhere = layer.Replace("us-east-1", "eu-west-1", StringComparison.Ordinal);
        string missing = layer[..^1] + "2";
        AssertError(
            await client.CreateFunctionAsync(Own("fn"), Probe.Code, Layers(elsewhere)),
            InvalidParameter, "Layers are not in the same region as the function. Layers are expected to be in region us-east-1.");
        AssertError(await client.CreateFunctionAsync(Own("fn"), Probe.Code, Layers(missing)), InvalidParameter, $"Layer version {missing} does not exist.");
        AssertError(
            await client.CallAsync("GetLayerVersion", new JsonObject { ["LayerName"] = Own("here"), ["VersionNumber"] = 2 }),
            "ResourceNotFoundException", "The resource you requested does not exist.");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_foreign_layer_is_attached_with_permission_only_and_stays_after_it(string clientName)
    {
        ILambdaClient owner = server.Connect(clientName, BoundaryServer.Owner);
        ILambdaClient guest = server.Connect(clientName, BoundaryServer.Guest);
        string layer = await owner.PublishLayerAsync(Own("shared"), Content);
        AssertDenied(await guest.CreateFunctionAsync(Own("fn"), Probe.Code, Layers(layer)), BoundaryServer.Guest, layer);
        AssertDenied(await guest.CallAsync("GetLayerVersionByArn", new JsonObject { ["Arn"] = layer }), BoundaryServer.Guest, layer);

        _ = (await AllowAsync(owner, BoundaryServer.Guest)).Success;
        Assert.Equal(layer, (string?)(await guest.CallAsync("GetLayerVersionByArn", new JsonObject { ["Arn"] = layer })).Success["LayerVersionArn"]);
        await guest.CreateProbeAsync(Own("fn"), Layers(layer));
        await guest.CreateProbeAsync(Own("bare"));

        _ = (await owner.CallAsync("RemoveLayerVersionPermission", Statement("s"))).Success;
        AssertDenied(await guest.CreateFunctionAsync(Own("new"), Probe.Code, Layers(layer)), BoundaryServer.Guest, layer);
        AssertDenied(await ConfigureAsync(guest, "bare", Layers(layer)), BoundaryServer.Guest, layer);

        // A new environment of the function that has it, and an update that keeps it.
        _ = (await ConfigureAsync(guest, "fn", new JsonObject { ["Layers"] = new JsonArray(layer), ["MemorySize"] = 192 })).Success;
        await guest.WaitUntilUpdatedAsync(Own("fn"));
        Assert.Equal("layer", (string?)await guest.RunAsync(Own("fn"), "result = open('/opt/who').read()"));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task An_organisation_lets_its_accounts_in(string clientName)
    {
        ILambdaClient owner = server.Connect(clientName, BoundaryServer.Owner);
        ILambdaClient member = server.Connect(clientName, BoundaryServer.Member);
        ILambdaClient guest = server.Connect(clientName, BoundaryServer.Guest);
        string layer = await owner.PublishLayerAsync(Own("shared"), Content);
        ClientAnswer added = await AllowAsync(owner, "*", BoundaryServer.Organization);
        Assert.EndsWith(
            "\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-a1b2c3d4e5\"}}}",
            (string?)added.Success["Statement"], StringComparison.Ordinal);
        _ = (await member.CreateFunctionAsync(Own("fn"), Probe.Code, Layers(layer))).Success;
        AssertDenied(await guest.CreateFunctionAsync(Own("fn"), Probe.Code, Layers(layer)), BoundaryServer.Guest, layer);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_stale_revision_changes_nothing(string clientName)
    {
        ILambdaClient client = server.Connect(clientName, BoundaryServer.Owner);
        await client.PublishLayerAsync(Own("shared"), Content);
        string first = (string)(await AllowAsync(client, "*")).Success["RevisionId"]!;
        JsonObject second = Statement("t");
        second["Action"] = "lambda:GetLayerVersion";
        second["Principal"] = BoundaryServer.Guest;
        second["RevisionId"] = first;
        _ = (await client.CallAsync("AddLayerVersionPermission", second)).Success;
        JsonObject stale = Statement("t");
        stale["RevisionId"] = first;
        AssertError(
            await client.CallAsync("RemoveLayerVersionPermission", stale), "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id");
    }

    [Fact]
    public async Task A_policy_ends_at_20_KB()
    {
        ILambdaClient client = server.Connect("boto3", BoundaryServer.Owner);
        await client.PublishLayerAsync(Own("shared"), Content);
        ClientAnswer? refused = null;
        for (int i = 0; refused is null; i++)
        {
            JsonObject statement = Statement($"s{i:D99}");
            statement["Action"] = "lambda:GetLayerVersion";
            statement["Principal"] = BoundaryServer.Guest;
            ClientAnswer answer = await client.CallAsync("AddLayerVersionPermission", statement);
            refused = answer.Error is null ? null : answer;
        }

        Assert.Equal("PolicyLengthExceededException", refused.Error);
        Assert.Matches(@"^The final policy size \(20[4-9]\d\d\) is bigger than the limit \(20480\)\.$", refused.Message);
        JsonObject policy = (await client.CallAsync("GetLayerVersionPolicy", Version())).Success;
        Assert.InRange(((string)policy["Policy"]!).Length, 20_000, 20_480);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Fifteen_runtimes_and_140_characters_are_the_most(string clientName)
    {
        ILambdaClient client = server.Connect(clientName, BoundaryServer.Owner);
        string[] runtimes =
        [
            "python3.8", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "nodejs18.x", "nodejs20.x", "nodejs22.x",
            "java11", "java17", "java21", "ruby3.2", "ruby3.3", "dotnet8", "provided.al2023",
        ];
        string name = Own("runtimes").PadRight(140, 'x');
        JsonObject published = (await PublishAsync(client, name, runtimes[..15])).Success;
        Assert.Equal((15, $"{name}:1"), (published["CompatibleRuntimes"]!.AsArray().Count, string.Join(':', ((string)published["LayerVersionArn"]!).Split(':')[^2..])));
        AssertError(
            await PublishAsync(client, name, runtimes), "ValidationException",
            $"1 validation error detected: Value '[{string.Join(", ", runtimes)}]' at 'compatibleRuntimes' failed to satisfy constraint: "
            + "Member must have length less than or equal to 15");
        AssertError(
            await PublishAsync(client, name + "x", []), "ValidationException",
            $"1 validation error detected: Value '{name}x' at 'layerName' failed to satisfy constraint: Member must have length less than or equal to 140");
    }

    [Fact]
    public async Task Code_and_layers_have_262144000_bytes_together()
    {
        ILambdaClient client = server.Connect("boto3", BoundaryServer.Owner);
        string layer = await client.PublishLayerAsync(Own("large"), new Archive().File("zeros", new byte[200_000_000]).ToArray());
        byte[] Code(int bytes) => new Archive().File("zeros", new byte[bytes]).ToArray();
        _ = (await client.CreateFunctionAsync(Own("less"), Code(62_143_999), Layers(layer))).Success;
        _ = (await client.CreateFunctionAsync(Own("just"), Code(62_144_000), Layers(layer))).Success;
        AssertError(
            await client.CreateFunctionAsync(Own("more"), Code(62_144_001), Layers(layer)), InvalidParameter,
            "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes.");
    }

    [Fact]
    public async Task An_upload_has_52428800_bytes()
    {
        ILambdaClient client = server.Connect("boto3", BoundaryServer.Owner);
        const int Limit = 52_428_800;
        byte[] noise = new byte[Limit + 1];
        new Random(20261126).NextBytes(noise);
        int head = Stored([]).Length;
        foreach (int size in (int[])[Limit - 1, Limit])
        {
            byte[] zip = Stored(noise.AsSpan(0, size - head));
            Assert.Equal(size, zip.Length);
            await client.PublishLayerAsync(Own("upload"), zip);
        }

        AssertError(
            await client.CallAsync("PublishLayerVersion", new JsonObject
            {
                ["LayerName"] = Own("upload"),
                ["Content"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(Stored(noise.AsSpan(0, Limit + 1 - head))) },
            }),
            "RequestEntityTooLargeException", "Zipped size must be smaller than 52428800 bytes");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_reached_quota_refuses_layers_and_functions(string clientName)
    {
        string folder = Directory.CreateTempSubdirectory("lamina-data-").FullName;
        long quota = (2 * Content.Length) + Probe.Code.Length;
        try
        {
            await using LaminaServer small = await LaminaServer.StartAsync(folder, "--code-storage-quota", $"{quota}");
            await using ILambdaClient client = ClientTools.Connect(clientName, small.Endpoint);
            await client.PublishLayerAsync("one", Content);
            _ = (await client.CreateFunctionAsync("fn", Probe.Code)).Success;
            await client.PublishLayerAsync("one", Content);

            AssertError(await PublishAsync(client, "two", []), "CodeStorageExceededException", "Code storage limit exceeded.");
            AssertError(await client.CreateFunctionAsync("more", Probe.Code), "CodeStorageExceededException", "Code storage limit exceeded.");
            JsonObject settings = (await client.CallAsync("GetAccountSettings", [])).Success;
            Assert.Equal(
                (quota, quota, 1),
                ((long)settings["AccountLimit"]!["TotalCodeSize"]!, (long)settings["AccountUsage"]!["TotalCodeSize"]!, (long)settings["AccountUsage"]!["FunctionCount"]!));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static JsonObject Layers(params string[] arns) => new() { ["Layers"] = new JsonArray([.. arns.Select(static arn => JsonValue.Create(arn))]) };

    private static void AssertError(ClientAnswer answer, string code, string message) => Assert.Equal((code, message), (answer.Error, answer.Message));

    private static void AssertDenied(ClientAnswer answer, string account, string layer) => AssertError(
        answer, "AccessDeniedException",
        $"User: arn:aws:iam::{account}:root is not authorized to perform: lambda:GetLayerVersion on resource: {layer} "
        + "because no resource-based policy allows the lambda:GetLayerVersion action");

    private static byte[] Stored(ReadOnlySpan<byte> content)
    {
        using MemoryStream bytes = new();
        using (System.IO.Compression.ZipArchive zip = new(bytes, System.IO.Compression.ZipArchiveMode.Create))
        {
            using Stream entry = zip.CreateEntry("noise", System.IO.Compression.CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }

        return bytes.ToArray();
    }

    private static Task<ClientAnswer> PublishAsync(ILambdaClient client, string name, string[] runtimes) => client.CallAsync("PublishLayerVersion", new JsonObject
    {
        ["LayerName"] = name,
        ["CompatibleRuntimes"] = new JsonArray([.. runtimes.Select(static runtime => JsonValue.Create(runtime))]),
        ["Content"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(Content) },
    });

    private string Own(string name) => $"{name}-{_suffix}";

    private JsonObject Version() => new() { ["LayerName"] = Own("shared"), ["VersionNumber"] = 1 };

    private JsonObject Statement(string sid)
    {
        JsonObject statement = Version();
        statement["StatementId"] = sid;
        return statement;
    }

    private Task<ClientAnswer> AllowAsync(ILambdaClient owner, string principal, string? organization = null)
    {
        JsonObject statement = Statement("s");
        statement["Action"] = "lambda:GetLayerVersion";
        statement["Principal"] = principal;
        if (organization is not null)
        {
            statement["OrganizationId"] = organization;
        }

        return owner.CallAsync("AddLayerVersionPermission", statement);
    }

    private Task<ClientAnswer> ConfigureAsync(ILambdaClient client, string name, JsonObject settings)
    {
        settings["FunctionName"] = Own(name);
        return client.CallAsync("UpdateFunctionConfiguration", settings);
    }
}
