using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>S3 through boto3 and the JavaScript SDK, on a server that verifies what they sign.</summary>
public sealed class S3SdkTests(KeyedServer server) : IClassFixture<KeyedServer>
{
    private const int PartBytes = 5 * 1024 * 1024;

    private readonly string _bucket = $"bucket-{Guid.NewGuid():N}"[..20];
    private ILambdaClient? _client;

    public static TheoryData<string> Sdks => ["boto3", "javascript"];

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task Headers_and_metadata_stay_with_an_object_and_are_copied_or_replaced_with_it(string sdk)
    {
        await OpenAsync(sdk);
        string version = await PutAsync(
            "from", "content", ("ContentType", "text/x-note"), ("CacheControl", "max-age=60"), ("ContentDisposition", "inline"), ("ContentLanguage", "de"),
            ("StorageClass", "STANDARD_IA"), ("Metadata", new JsonObject { ["team"] = "blue and green", ["empty"] = "" }));
        Assert.Empty(version);

        JsonObject head = await CallAsync("HeadObject", Named("from"));
        Assert.Equal(
            ("text/x-note", "max-age=60", "inline", "de", "STANDARD_IA", 7),
            ((string?)head["ContentType"], (string?)head["CacheControl"], (string?)head["ContentDisposition"], (string?)head["ContentLanguage"],
                (string?)head["StorageClass"], (int)head["ContentLength"]!));
        Assert.Equal("blue and green", (string?)head["Metadata"]!["team"]);
        JsonObject overridden = await CallAsync("GetObject", Named("from", ("ResponseContentType", "image/png")));
        Assert.Equal(("image/png", "content"), ((string?)overridden["ContentType"], TextOf(overridden)));

        JsonObject copied = await CallAsync("CopyObject", Named("copy", ("CopySource", $"{_bucket}/from")));
        Assert.Equal((string?)head["ETag"], (string?)copied["CopyObjectResult"]!["ETag"]);
        _ = await CallAsync("CopyObject", Named(
            "other copy", ("CopySource", $"{_bucket}/from"), ("MetadataDirective", "REPLACE"), ("Metadata", new JsonObject { ["team"] = "red" }), ("ContentType", "text/plain")));
        Assert.Equal("blue and green", (string?)(await CallAsync("HeadObject", Named("copy")))["Metadata"]!["team"]);
        JsonObject replaced = await CallAsync("GetObject", Named("other copy"));
        Assert.Equal(("red", "text/plain", "content"), ((string?)replaced["Metadata"]!["team"], (string?)replaced["ContentType"], TextOf(replaced)));
        Assert.Null(replaced["CacheControl"]);
        await RefusedAsync("CopyObject", Named("copy", ("CopySource", $"{_bucket}/none")), "NoSuchKey", 404);
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task A_listing_comes_in_pages_by_prefix_and_delimiter(string sdk)
    {
        await OpenAsync(sdk);
        string[] keys = ["a b", "a+b", "a/1", "a/2", "a/é/3", "b/1", "c&<d>", "z"];
        await Task.WhenAll(keys.Select(key => PutAsync(key, key)));

        List<string> paged = [];
        int pages = 0;
        JsonObject query = InBucket(("MaxKeys", 3));
        for (bool more = true; more; pages++)
        {
            JsonObject page = await CallAsync("ListObjectsV2", query);
            paged.AddRange(KeysOf(page));
            Assert.Equal(KeysOf(page).Length, (int)page["KeyCount"]!);
            more = (bool)page["IsTruncated"]!;
            query["ContinuationToken"] = more ? (string)page["NextContinuationToken"]! : null;
        }

        Assert.Equal((3, string.Join(' ', keys.OrderBy(static key => key, StringComparer.Ordinal))), (pages, string.Join(' ', paged)));
        JsonObject folded = await CallAsync("ListObjectsV2", InBucket(("Delimiter", "/")));
        Assert.Equal(["a b", "a+b", "c&<d>", "z"], KeysOf(folded));
        Assert.Equal(["a/", "b/"], PrefixesOf(folded));
        JsonObject below = await CallAsync("ListObjectsV2", InBucket(("Prefix", "a/"), ("Delimiter", "/"), ("StartAfter", "a/1")));
        Assert.Equal(["a/2"], KeysOf(below));
        Assert.Equal(["a/é/"], PrefixesOf(below));
        JsonObject older = await CallAsync("ListObjects", InBucket(("MaxKeys", 2), ("Marker", "a+b"), ("Prefix", "a/")));
        Assert.Equal(["a/1", "a/2"], KeysOf(older));
        Assert.True((bool)older["IsTruncated"]!);
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task Versions_are_kept_hidden_by_delete_markers_and_deleted_one_by_one(string sdk)
    {
        await OpenAsync(sdk);
        string before = await PutAsync("k", "before versioning");
        _ = await CallAsync("PutBucketVersioning", InBucket(("VersioningConfiguration", new JsonObject { ["Status"] = "Enabled" })));
        string first = await PutAsync("k", "first");
        string second = await PutAsync("k", "second");
        Assert.Equal((true, true), (before.Length == 0, first != second));

        JsonObject hidden = await CallAsync("DeleteObject", Named("k"));
        Assert.True((bool)hidden["DeleteMarker"]!);
        await RefusedAsync("GetObject", Named("k"), "NoSuchKey", 404);
        Assert.Equal("first", TextOf(await CallAsync("GetObject", Named("k", ("VersionId", first)))));
        Assert.Equal("before versioning", TextOf(await CallAsync("GetObject", Named("k", ("VersionId", "null")))));
        await RefusedAsync("GetObject", Named("k", ("VersionId", (string)hidden["VersionId"]!)), "MethodNotAllowed", 405);

        JsonObject listed = await CallAsync("ListObjectVersions", InBucket());
        Assert.Equal([second, first, "null"], listed["Versions"]!.AsArray().Select(static version => (string)version!["VersionId"]!));
        JsonNode marker = Assert.Single(listed["DeleteMarkers"]!.AsArray())!;
        Assert.Equal(((string?)hidden["VersionId"], true), ((string?)marker["VersionId"], (bool)marker["IsLatest"]!));
        JsonObject page = await CallAsync("ListObjectVersions", InBucket(("MaxKeys", 2)));
        JsonObject rest = await CallAsync("ListObjectVersions", InBucket(
            ("KeyMarker", (string)page["NextKeyMarker"]!), ("VersionIdMarker", (string)page["NextVersionIdMarker"]!)));
        Assert.Equal([first, "null"], rest["Versions"]!.AsArray().Select(static version => (string)version!["VersionId"]!));

        _ = await CallAsync("DeleteObject", Named("k", ("VersionId", (string)hidden["VersionId"]!)));
        Assert.Equal("second", TextOf(await CallAsync("GetObject", Named("k"))));
        _ = await CallAsync("CopyObject", Named("k", ("CopySource", $"{_bucket}/k?versionId={first}")));
        Assert.Equal("first", TextOf(await CallAsync("GetObject", Named("k"))));
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task Objects_and_versions_are_deleted_many_at_once(string sdk)
    {
        await OpenAsync(sdk);
        _ = await CallAsync("PutBucketVersioning", InBucket(("VersioningConfiguration", new JsonObject { ["Status"] = "Enabled" })));
        string version = await PutAsync("a", "1");
        _ = await PutAsync("<b> & c", "2");

        JsonObject answer = await CallAsync("DeleteObjects", InBucket(("Delete", Deleting(("a", version), ("<b> & c", null), ("never there", null)))));
        JsonNode[] deleted = [.. answer["Deleted"]!.AsArray().Select(static item => item!)];
        Assert.Equal(["<b> & c", "a", "never there"], deleted.Select(static item => (string)item["Key"]!).Order(StringComparer.Ordinal));
        Assert.True((bool)deleted.Single(static item => (string?)item["Key"] == "<b> & c")["DeleteMarker"]!);
        Assert.Null(answer["Errors"]);

        JsonObject quiet = Deleting(("<b> & c", "no version's id"));
        quiet["Quiet"] = true;
        JsonObject failed = await CallAsync("DeleteObjects", InBucket(("Delete", quiet)));
        Assert.Null(failed["Deleted"]);
        Assert.Equal("<b> & c", (string?)Assert.Single(failed["Errors"]!.AsArray())!["Key"]);
        Assert.Empty(KeysOf(await CallAsync("ListObjectsV2", InBucket())));
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task An_upload_of_sent_and_copied_parts_is_listed_completed_and_has_a_checksum_of_its_parts(string sdk)
    {
        await OpenAsync(sdk);
        byte[] source = RandomNumberGenerator.GetBytes(PartBytes + 1000);
        _ = await PutAsync("source", source);
        string upload = (string)(await CallAsync("CreateMultipartUpload", Named("whole", ("ChecksumAlgorithm", "SHA256"), ("ContentType", "x/y"))))["UploadId"]!;
        string dropped = (string)(await CallAsync("CreateMultipartUpload", Named("other")))["UploadId"]!;
        JsonObject copied = (JsonObject)(await CallAsync("UploadPartCopy", Named(
            "whole", ("UploadId", upload), ("PartNumber", 1), ("CopySource", $"{_bucket}/source"), ("CopySourceRange", $"bytes=10-{PartBytes + 9}"))))["CopyPartResult"]!;
        JsonObject sent = await CallAsync("UploadPart", Named(
            "whole", ("UploadId", upload), ("PartNumber", 2), ("Body", Base64("the end")), ("ChecksumAlgorithm", "SHA256")));

        JsonObject firstPage = await CallAsync("ListParts", Named("whole", ("UploadId", upload), ("MaxParts", 1)));
        JsonObject secondPage = await CallAsync("ListParts", Named("whole", ("UploadId", upload), ("PartNumberMarker", firstPage["NextPartNumberMarker"]!.DeepClone())));
        Assert.Equal(PartBytes, (int)Assert.Single(firstPage["Parts"]!.AsArray())!["Size"]!);
        Assert.Equal((string?)sent["ETag"], (string?)Assert.Single(secondPage["Parts"]!.AsArray())!["ETag"]);
        Assert.Equal(["other", "whole"], UploadsOf(await CallAsync("ListMultipartUploads", InBucket())));
        JsonObject onePage = await CallAsync("ListMultipartUploads", InBucket(("MaxUploads", 1)));
        Assert.Equal((true, "other"), ((bool)onePage["IsTruncated"]!, (string)onePage["NextKeyMarker"]!));
        Assert.Equal(["whole"], UploadsOf(await CallAsync("ListMultipartUploads", InBucket(("Prefix", "wh")))));
        _ = await CallAsync("AbortMultipartUpload", Named("other", ("UploadId", dropped)));
        await RefusedAsync("ListParts", Named("other", ("UploadId", dropped)), "NoSuchUpload", 404);

        byte[][] parts = [source[10..(PartBytes + 10)], Encoding.UTF8.GetBytes("the end")];
        JsonObject complete = Named("whole", ("UploadId", upload), ("MultipartUpload", new JsonObject
        {
            ["Parts"] = new JsonArray(
                new JsonObject { ["PartNumber"] = 1, ["ETag"] = (string)copied["ETag"]!, ["ChecksumSHA256"] = Convert.ToBase64String(SHA256.HashData(parts[0])) },
                new JsonObject { ["PartNumber"] = 2, ["ETag"] = (string)sent["ETag"]!, ["ChecksumSHA256"] = (string)sent["ChecksumSHA256"]! }),
        }));
        string checksum = $"{Convert.ToBase64String(SHA256.HashData([.. parts.SelectMany(SHA256.HashData)]))}-2";
        JsonObject completed = await CallAsync("CompleteMultipartUpload", complete);
        Assert.Equal(checksum, (string?)completed["ChecksumSHA256"]);
        JsonObject got = await CallAsync("GetObject", Named("whole", ("ChecksumMode", "ENABLED")));
        Assert.Equal((checksum, "x/y"), ((string?)got["ChecksumSHA256"], (string?)got["ContentType"]));
        Assert.Equal([.. parts[0], .. parts[1]], BodyOf(got));
        JsonObject part = await CallAsync("GetObject", Named("whole", ("PartNumber", 2)));
        Assert.Equal(("the end", 2), (TextOf(part), (int)part["PartsCount"]!));
        Assert.Empty(UploadsOf(await CallAsync("ListMultipartUploads", InBucket())));
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task A_read_may_ask_for_a_range_and_set_conditions(string sdk)
    {
        await OpenAsync(sdk);
        _ = await PutAsync("k", "0123456789");
        JsonObject head = await CallAsync("HeadObject", Named("k"));
        string etag = (string)head["ETag"]!;

        JsonObject range = await CallAsync("GetObject", Named("k", ("Range", "bytes=2-4")));
        Assert.Equal(("234", "bytes 2-4/10"), (TextOf(range), (string?)range["ContentRange"]));
        Assert.Equal("89", TextOf(await CallAsync("GetObject", Named("k", ("Range", "bytes=-2")))));
        Assert.Equal("789", TextOf(await CallAsync("GetObject", Named("k", ("Range", "bytes=7-99")))));
        await RefusedAsync("GetObject", Named("k", ("Range", "bytes=10-")), "InvalidRange", 416);
        Assert.Equal("0123456789", TextOf(await CallAsync("GetObject", Named("k", ("IfMatch", etag)))));
        await RefusedAsync("GetObject", Named("k", ("IfMatch", "\"another\"")), "PreconditionFailed", 412);
        Assert.Equal(304, (await ClientAnswerOf("GetObject", Named("k", ("IfNoneMatch", etag)))).Status);
        Assert.Equal(304, (await ClientAnswerOf("HeadObject", Named("k", ("IfNoneMatch", etag)))).Status);
        await RefusedAsync("CopyObject", Named("c", ("CopySource", $"{_bucket}/k"), ("CopySourceIfNoneMatch", etag)), "PreconditionFailed", 412);
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task A_presigned_URL_reads_and_writes_without_keys_and_not_when_it_was_changed(string sdk)
    {
        await OpenAsync(sdk);
        using HttpClient anyone = new();
        string put = (string)(await CallAsync("presign:PutObject", Named("a key/ü", ("ContentType", "text/x-note"))))["Url"]!;
        using StringContent body = new("from anyone");
        body.Headers.ContentType = new("text/x-note");
        using HttpResponseMessage written = await anyone.PutAsync(new Uri(put), body);
        Assert.True(written.IsSuccessStatusCode, await written.Content.ReadAsStringAsync());

        string get = (string)(await CallAsync("presign:GetObject", Named("a key/ü", ("ResponseContentDisposition", "attachment"))))["Url"]!;
        using HttpResponseMessage read = await anyone.GetAsync(new Uri(get));
        Assert.Equal(("from anyone", "text/x-note"), (await read.Content.ReadAsStringAsync(), read.Content.Headers.ContentType?.ToString()));
        Assert.Equal("attachment", read.Content.Headers.ContentDisposition?.ToString());
        using HttpResponseMessage changed = await anyone.GetAsync(new Uri(get.Replace("a%20key", "b%20key", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Forbidden, changed.StatusCode);
        Assert.Contains("<Code>SignatureDoesNotMatch</Code>", await changed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage otherMethod = await anyone.DeleteAsync(new Uri(get));
        Assert.Equal(HttpStatusCode.Forbidden, otherMethod.StatusCode);
    }

    /// <summary>Debian's boto3 knows no condition for a write, and sends no stream in chunks over plain HTTP.</summary>
    [Fact]
    public async Task A_write_may_set_conditions_and_come_as_a_stream_with_its_checksum_behind_it()
    {
        await OpenAsync("javascript");
        string etag = (string)(await CallAsync("PutObject", Named("k", ("Body", Base64("streamed")), ("ContentLength", 8), ("IfNoneMatch", "*"))))["ETag"]!;
        JsonObject got = await CallAsync("GetObject", Named("k", ("ChecksumMode", "ENABLED")));
        Assert.Equal(("streamed", true), (TextOf(got), got["ChecksumCRC32"] is not null));
        Assert.Null(got["ContentEncoding"]);

        await RefusedAsync("PutObject", Named("k", ("Body", Base64("2")), ("IfNoneMatch", "*")), "PreconditionFailed", 412);
        await RefusedAsync("PutObject", Named("k", ("Body", Base64("2")), ("IfMatch", "\"another\"")), "PreconditionFailed", 412);
        _ = await CallAsync("PutObject", Named("k", ("Body", Base64("3")), ("IfMatch", etag)));
        await RefusedAsync("PutObject", Named("none", ("Body", Base64("4")), ("IfMatch", etag)), "NoSuchKey", 404);
        Assert.Equal("3", TextOf(await CallAsync("GetObject", Named("k"))));
    }

    private async Task OpenAsync(string sdk)
    {
        _client = server.Connect(sdk);
        _ = await CallAsync("CreateBucket", InBucket());
    }

    private Task<ClientAnswer> ClientAnswerOf(string operation, JsonObject parameters) =>
        _client!.CallAsync(operation.Contains(':', StringComparison.Ordinal) ? operation : $"s3:{operation}", parameters);

    private async Task<JsonObject> CallAsync(string operation, JsonObject parameters)
    {
        ClientAnswer answer = await ClientAnswerOf(operation, parameters);
        return answer.Response ?? throw new InvalidOperationException($"{operation} {parameters.ToJsonString()[..Math.Min(300, parameters.ToJsonString().Length)]}: {answer.Error}: {answer.Message}");
    }

    private async Task RefusedAsync(string operation, JsonObject parameters, string error, int status)
    {
        ClientAnswer answer = await ClientAnswerOf(operation, parameters);
        Assert.Equal((error, status), (answer.Error, answer.Status));
    }

    private Task<string> PutAsync(string key, string text, params (string Name, JsonNode Value)[] more) => PutAsync(key, Encoding.UTF8.GetBytes(text), more);

    /// <summary>Gives the version's id, empty when the bucket keeps none.</summary>
    private async Task<string> PutAsync(string key, byte[] content, params (string Name, JsonNode Value)[] more) =>
        (string?)(await CallAsync("PutObject", Named(key, [.. more, ("Body", Convert.ToBase64String(content))])))["VersionId"] ?? "";

    private JsonObject InBucket(params (string Name, JsonNode Value)[] more)
    {
        JsonObject parameters = new() { ["Bucket"] = _bucket };
        foreach ((string name, JsonNode value) in more)
        {
            parameters[name] = value;
        }

        return parameters;
    }

    private JsonObject Named(string key, params (string Name, JsonNode Value)[] more) => InBucket([("Key", key), .. more]);

    private static JsonObject Deleting(params (string Key, string? VersionId)[] objects) => new()
    {
        ["Objects"] = new JsonArray([.. objects.Select(static item => item.VersionId is null
            ? new JsonObject { ["Key"] = item.Key }
            : new JsonObject { ["Key"] = item.Key, ["VersionId"] = item.VersionId })]),
    };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static byte[] BodyOf(JsonObject got) => Convert.FromBase64String((string)got["Body"]!);

    private static string TextOf(JsonObject got) => Encoding.UTF8.GetString(BodyOf(got));

    private static string[] KeysOf(JsonObject page) => [.. (page["Contents"]?.AsArray() ?? []).Select(static item => (string)item!["Key"]!)];

    private static string[] UploadsOf(JsonObject page) => [.. (page["Uploads"]?.AsArray() ?? []).Select(static item => (string)item!["Key"]!)];

    private static string[] PrefixesOf(JsonObject page) => [.. page["CommonPrefixes"]!.AsArray().Select(static item => (string)item!["Prefix"]!)];
}
