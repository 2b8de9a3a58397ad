using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>S3 through boto3, and layers and functions whose archives come from it through each client.</summary>
public sealed class S3ClientTests(SharedServer shared) : SharedServerTests(shared)
{
    private ILambdaClient S3 => Connect("boto3");

    public static TheoryData<string> Clients => ClientTests.Clients;

    [Fact]
    public async Task An_object_is_put_read_in_ranges_listed_and_deleted()
    {
        await CreateBucketAsync();
        await PutAsync("a/one", "first");
        await PutAsync("a/two", "second");
        await PutAsync("b", "third");

        JsonObject got = (await S3.CallAsync("s3:GetObject", Named("a/two", ("Range", "bytes=1-3")))).Success;
        Assert.Equal("eco", Encoding.UTF8.GetString(Convert.FromBase64String((string)got["Body"]!)));
        JsonObject listed = (await S3.CallAsync("s3:ListObjectsV2", new JsonObject { ["Bucket"] = Own("bucket"), ["Delimiter"] = "/" })).Success;
        Assert.Equal("b", (string?)Assert.Single(listed["Contents"]!.AsArray())!["Key"]);
        Assert.Equal("a/", (string?)Assert.Single(listed["CommonPrefixes"]!.AsArray())!["Prefix"]);
        _ = (await S3.CallAsync("s3:DeleteObject", Named("b"))).Success;
        Assert.Equal("NoSuchKey", (await S3.CallAsync("s3:GetObject", Named("b"))).Error);
        Assert.Equal("BucketNotEmpty", (await S3.CallAsync("s3:DeleteBucket", new JsonObject { ["Bucket"] = Own("bucket") })).Error);
        Assert.Equal("NoSuchBucket", (await S3.CallAsync("s3:ListObjectsV2", new JsonObject { ["Bucket"] = Own("other") })).Error);
    }

    /// <summary>By Python's own HTTP client: the header is none that an SDK could send and read back as it is.</summary>
    [Fact]
    public async Task A_function_reads_and_writes_objects_and_their_headers_beyond_ASCII_too()
    {
        ILambdaClient client = AnyClient;
        await CreateBucketAsync();
        await PutAsync("in", "from outside");
        await client.CreateProbeAsync(Own("reader"));
        string python = $$"""
            import os, urllib.request
            scope = 'Credential=000000000000/20260102/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00'
            def call(method, key, body=None, **headers):
                url = os.environ['AWS_ENDPOINT_URL'] + '/{{Own("bucket")}}/' + key
                headers = {'Authorization': 'AWS4-HMAC-SHA256 ' + scope, **headers}
                return urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method))
            read = call('GET', 'in').read().decode()
            name = 'attachment; filename="caf\u00e9"'
            call('PUT', 'out', b'from inside', **{'Content-Disposition': name.encode().decode('latin-1')})
            written = call('GET', 'out')
            result = [read, written.read().decode(), written.headers['Content-Disposition'].encode('latin-1').decode() == name]
            """;
        Assert.Equal("""["from outside","from inside",true]""", (await client.RunAsync(Own("reader"), python))!.ToJsonString());
        JsonObject got = (await S3.CallAsync("s3:GetObject", Named("out"))).Success;
        Assert.Equal("from inside", Encoding.UTF8.GetString(Convert.FromBase64String((string)got["Body"]!)));
    }

    [Fact]
    public async Task An_upload_in_parts_is_its_parts_in_order()
    {
        await CreateBucketAsync();
        string upload = (string)(await S3.CallAsync("s3:CreateMultipartUpload", Named("parts"))).Success["UploadId"]!;
        byte[][] parts = [Bytes(5 * 1024 * 1024, 1), Bytes(1000, 2)];
        JsonArray done = [];
        for (int i = 0; i < parts.Length; i++)
        {
            JsonObject part = Named("parts", ("UploadId", upload), ("PartNumber", i + 1), ("Body", Convert.ToBase64String(parts[i])));
            done.Add(new JsonObject { ["PartNumber"] = i + 1, ["ETag"] = (string)(await S3.CallAsync("s3:UploadPart", part)).Success["ETag"]! });
        }

        JsonObject complete = Named("parts", ("UploadId", upload));
        complete["MultipartUpload"] = new JsonObject { ["Parts"] = done };
        Assert.EndsWith("-2\"", (string?)(await S3.CallAsync("s3:CompleteMultipartUpload", complete)).Success["ETag"], StringComparison.Ordinal);
        JsonObject got = (await S3.CallAsync("s3:GetObject", Named("parts"))).Success;
        Assert.Equal([.. parts[0], .. parts[1]], Convert.FromBase64String((string)got["Body"]!));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_layer_and_a_function_come_from_versions_of_objects(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        await CreateBucketAsync();
        _ = (await S3.CallAsync("s3:PutBucketVersioning", new JsonObject
        {
            ["Bucket"] = Own("bucket"), ["VersioningConfiguration"] = new JsonObject { ["Status"] = "Enabled" },
        })).Success;
        string older = await PutAsync("layer.zip", Archive.Of("text", "older"));
        _ = await PutAsync("layer.zip", Archive.Of("text", "newer"));
        _ = await PutAsync("code.zip", Archive.Of("index.py", "def handler(event, context): return open('/opt/text').read()"));

        JsonObject published = (await client.CallAsync("PublishLayerVersion", new JsonObject
        {
            ["LayerName"] = Own("layer"),
            ["Content"] = new JsonObject { ["S3Bucket"] = Own("bucket"), ["S3Key"] = "layer.zip", ["S3ObjectVersion"] = older },
        })).Success;
        _ = (await client.CallAsync("CreateFunction", new JsonObject
        {
            ["FunctionName"] = Own("fn"),
            ["Runtime"] = "python3.11",
            ["Handler"] = "index.handler",
            ["Role"] = LambdaClientStories.Role,
            ["Code"] = new JsonObject { ["S3Bucket"] = Own("bucket"), ["S3Key"] = "code.zip" },
            ["Layers"] = new JsonArray((string)published["LayerVersionArn"]!),
        })).Success;
        await client.WaitUntilActiveAsync(Own("fn"));
        Assert.Equal("\"older\"", (await client.InvokeAsync(Own("fn"), "{}")).Payload);

        ClientAnswer missing = await client.CallAsync("UpdateFunctionCode", new JsonObject
        {
            ["FunctionName"] = Own("fn"), ["S3Bucket"] = Own("bucket"), ["S3Key"] = "none.zip",
        });
        Assert.Equal("InvalidParameterValueException", missing.Error);
        Assert.Contains("S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.", missing.Message, StringComparison.Ordinal);
    }

    private async Task CreateBucketAsync() =>
        _ = (await S3.CallAsync("s3:CreateBucket", new JsonObject { ["Bucket"] = Own("bucket") })).Success;

    private Task<string> PutAsync(string key, string text) => PutAsync(key, Encoding.UTF8.GetBytes(text));

    /// <summary>Gives the version's id, empty when the bucket keeps none.</summary>
    private async Task<string> PutAsync(string key, byte[] content) =>
        (string?)(await S3.CallAsync("s3:PutObject", Named(key, ("Body", Convert.ToBase64String(content))))).Success["VersionId"] ?? "";

    private JsonObject Named(string key, params (string Name, JsonNode Value)[] more)
    {
        JsonObject parameters = new() { ["Bucket"] = Own("bucket"), ["Key"] = key };
        foreach ((string name, JsonNode value) in more)
        {
            parameters[name] = value;
        }

        return parameters;
    }

    private static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
