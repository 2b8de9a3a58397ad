using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>IAM, STS and verified signatures as AWS's own clients see them.</summary>
public sealed class IdentityTests(SharedServer shared) : SharedServerTests(shared)
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    [Theory]
    [InlineData("cli")]
    [InlineData("boto3")]
    public async Task A_role_is_made_read_listed_and_deleted(string name)
    {
        ILambdaClient client = Connect(name);
        string role = Own("role");
        string policy = Own("policy");

        JsonNode created = (await client.CallAsync("iam:CreateRole", new JsonObject
        {
            ["RoleName"] = role,
            ["AssumeRolePolicyDocument"] = Trust,
            ["Tags"] = new JsonArray(new JsonObject { ["Key"] = "team", ["Value"] = "blue" }),
        })).Success["Role"]!;
        string arn = (string)(await client.CallAsync("iam:CreatePolicy", new JsonObject
        {
            ["PolicyName"] = policy,
            ["PolicyDocument"] = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:*","Resource":"*"}]}""",
        })).Success["Policy"]!["Arn"]!;
        _ = (await client.CallAsync("iam:AttachRolePolicy", new JsonObject { ["RoleName"] = role, ["PolicyArn"] = arn })).Success;

        JsonNode got = (await client.CallAsync("iam:GetRole", new JsonObject { ["RoleName"] = role })).Success["Role"]!;
        Assert.Equal($"arn:aws:iam::000000000000:role/{role}", (string)got["Arn"]!);
        Assert.Equal((string)created["RoleId"]!, (string)got["RoleId"]!);
        Assert.Equal("lambda.amazonaws.com", (string)got["AssumeRolePolicyDocument"]!["Statement"]![0]!["Principal"]!["Service"]!);
        Assert.Equal("blue", (string)got["Tags"]![0]!["Value"]!);
        JsonArray attached = (await client.CallAsync("iam:ListAttachedRolePolicies", new JsonObject { ["RoleName"] = role })).Success["AttachedPolicies"]!.AsArray();
        Assert.Equal(arn, (string)attached.Single()!["PolicyArn"]!);
        Assert.Equal("DeleteConflict", (await client.CallAsync("iam:DeleteRole", new JsonObject { ["RoleName"] = role })).Error);
        _ = (await client.CallAsync("iam:DetachRolePolicy", new JsonObject { ["RoleName"] = role, ["PolicyArn"] = arn })).Success;
        _ = (await client.CallAsync("iam:DeleteRole", new JsonObject { ["RoleName"] = role })).Success;
        ClientAnswer gone = await client.CallAsync("iam:GetRole", new JsonObject { ["RoleName"] = role });
        Assert.Equal(("NoSuchEntity", $"The role with name {role} cannot be found."), (gone.Error, gone.Message));
    }

    [Theory]
    [InlineData("cli")]
    [InlineData("boto3")]
    public async Task Every_caller_has_an_identity(string name)
    {
        JsonObject identity = (await Connect(name).CallAsync("sts:GetCallerIdentity", [])).Success;

        Assert.Equal(("000000000000", "arn:aws:iam::000000000000:root"), ((string)identity["Account"]!, (string)identity["Arn"]!));
    }

    [Fact]
    public async Task A_function_is_a_session_of_its_role()
    {
        string name = Own("whoami");
        await AnyClient.CreateProbeAsync(name);

        JsonNode? result = await AnyClient.RunAsync(name, """
            import os, urllib.request
            request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], b"Action=GetCallerIdentity&Version=2011-06-15", {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Amz-Security-Token": os.environ["AWS_SESSION_TOKEN"],
                "Authorization": "AWS4-HMAC-SHA256 Credential=" + os.environ["AWS_ACCESS_KEY_ID"] + "/20261126/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00"})
            result = [os.environ["AWS_ACCESS_KEY_ID"], urllib.request.urlopen(request).read().decode()]
            """);

        Assert.StartsWith("ASIA", (string)result![0]!, StringComparison.Ordinal);
        Assert.Contains($"<Arn>arn:aws:sts::000000000000:assumed-role/lambda/{name}</Arn>", (string)result[1]!, StringComparison.Ordinal);
    }
}

/// <summary>A server with keys and enforced policies.</summary>
public sealed class KeyedServer : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lamina-keyed-");
    private readonly ConcurrentDictionary<string, ILambdaClient> _clients = [];
    private LaminaServer? _server;

    internal static ClientCredentials Root { get; } = new("AKIAROOTEXAMPLE", "root/secret+of=the-test", null);

    internal Uri Endpoint => _server!.Endpoint;

    public async ValueTask InitializeAsync()
    {
        string keys = Path.Combine(_folder.FullName, "keys.json");
        await File.WriteAllTextAsync(
            keys, $$"""{"keys":[{"accessKeyId":"{{Root.AccessKeyId}}","secretAccessKey":"{{Root.SecretAccessKey}}","account":"111122223333"}]}""");
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _server = await LaminaServer.StartAsync(Path.Combine(_folder.FullName, "data"), "--keys", keys, "--enforce-iam");
    }

    /// <summary>A client of the root user, one of each for all tests of the class: a client's start takes longer than most of its calls.</summary>
    internal ILambdaClient Connect(string client) => _clients.GetOrAdd(client, name => ClientTools.Connect(name, Endpoint, Root));

    public async ValueTask DisposeAsync()
    {
        foreach (ILambdaClient client in _clients.Values)
        {
            await client.DisposeAsync();
        }

        await _server!.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

public sealed class KeyedServerTests(KeyedServer server) : IClassFixture<KeyedServer>
{
    public static TheoryData<string> Clients => ClientTools.Clients;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task The_signature_of_each_client_is_accepted_and_one_with_another_secret_refused(string name)
    {
        await using ILambdaClient right = ClientTools.Connect(name, server.Endpoint, KeyedServer.Root);
        await using ILambdaClient wrong = ClientTools.Connect(name, server.Endpoint, KeyedServer.Root with { SecretAccessKey = "another secret" });

        Assert.NotNull((await right.CallAsync("ListFunctions", [])).Success["Functions"]);
        ClientAnswer refusal = await wrong.CallAsync("ListFunctions", []);
        Assert.Equal("InvalidSignatureException", refusal.Error);
        Assert.StartsWith("The request signature we calculated does not match the signature you provided.", refusal.Message, StringComparison.Ordinal);
        ClientAnswer created = await right.CallAsync("GetFunction", new JsonObject { ["FunctionName"] = "arn:aws:lambda:us-east-1:111122223333:function:none" });
        Assert.Equal("ResourceNotFoundException", created.Error);
    }

    /// <summary>The function signs for itself, as an SDK would: machines differ in which SDKs their interpreters have.</summary>
    [Fact]
    public async Task A_function_is_verified_by_the_credentials_of_its_environment()
    {
        await using ILambdaClient root = ClientTools.ConnectAny(server.Endpoint, KeyedServer.Root);
        await root.CreateProbeAsync("signer", new JsonObject { ["Role"] = "arn:aws:iam::111122223333:role/runner" });

        JsonNode? result = await root.RunAsync("signer", """
            import datetime, hashlib, hmac, os, urllib.error, urllib.request

            def call(secret):
                endpoint = os.environ["AWS_ENDPOINT_URL"]
                body = b"Action=GetCallerIdentity&Version=2011-06-15"
                time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
                headers = {"host": endpoint[7:], "x-amz-date": time, "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"]}
                names = ";".join(headers)
                lines = "".join(name + ":" + value + chr(10) for name, value in headers.items())
                canonical = chr(10).join(["POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()])
                scope = time[:8] + "/us-east-1/sts/aws4_request"
                key = ("AWS4" + secret).encode()
                for part in scope.split("/"):
                    key = hmac.new(key, part.encode(), hashlib.sha256).digest()
                text = chr(10).join(["AWS4-HMAC-SHA256", time, scope, hashlib.sha256(canonical.encode()).hexdigest()])
                signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
                headers["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
                    os.environ["AWS_ACCESS_KEY_ID"], scope, names, signature)
                headers["content-type"] = "application/x-www-form-urlencoded"
                try:
                    return urllib.request.urlopen(urllib.request.Request(endpoint, body, headers)).read().decode()
                except urllib.error.HTTPError as refused:
                    return refused.read().decode()

            result = [call(os.environ["AWS_SECRET_ACCESS_KEY"]), call("another")]
            """);

        Assert.Contains("<Arn>arn:aws:sts::111122223333:assumed-role/runner/signer</Arn>", (string)result![0]!, StringComparison.Ordinal);
        Assert.Contains("<Code>SignatureDoesNotMatch</Code>", (string)result[1]!, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_session_of_a_role_does_what_its_policies_allow(string name)
    {
        await using ILambdaClient root = ClientTools.ConnectAny(server.Endpoint, KeyedServer.Root);
        string role = $"limited-{name}";
        _ = (await root.CallAsync("iam:CreateRole", new JsonObject
        {
            ["RoleName"] = role,
            ["AssumeRolePolicyDocument"] = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}""",
        })).Success;
        _ = (await root.CallAsync("iam:PutRolePolicy", new JsonObject
        {
            ["RoleName"] = role,
            ["PolicyName"] = "list",
            ["PolicyDocument"] = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:List*","Resource":"*"}]}""",
        })).Success;
        JsonNode made = (await root.CallAsync("sts:AssumeRole", new JsonObject
        {
            ["RoleArn"] = $"arn:aws:iam::111122223333:role/{role}",
            ["RoleSessionName"] = "test",
        })).Success["Credentials"]!;
        ClientCredentials session = new((string)made["AccessKeyId"]!, (string)made["SecretAccessKey"]!, (string)made["SessionToken"]!);
        await using ILambdaClient limited = ClientTools.Connect(name, server.Endpoint, session);

        Assert.NotNull((await limited.CallAsync("ListLayers", [])).Success["Layers"]);
        ClientAnswer refusal = await limited.CallAsync("DeleteFunction", new JsonObject { ["FunctionName"] = "f" });

        Assert.Equal("AccessDeniedException", refusal.Error);
        Assert.Equal(
            $"User: arn:aws:sts::111122223333:assumed-role/{role}/test is not authorized to perform: lambda:DeleteFunction on resource: "
            + "arn:aws:lambda:us-east-1:111122223333:function:f because no identity-based policy allows the lambda:DeleteFunction action",
            refusal.Message);
    }
}
