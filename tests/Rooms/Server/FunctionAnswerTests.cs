using System.Net;
using System.Text.Json.Nodes;

namespace Lamina.Rooms.Tests.Server;

/// <summary>Answers, member by member, against those recorded from AWS.</summary>
public sealed class FunctionAnswerTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private const string Functions = "/2015-03-31/functions";
    private const string AnyValue = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

    private static readonly string[] Volatile = ["CodeSha256", "CodeSize", "LastModified", "RevisionId", "RuntimeVersionConfig"];

    [Fact]
    public async Task A_new_function_is_answered_as_AWS_does()
    {
        Reply reply = await house.SendJsonAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest("created"));
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        JsonObject expected = Expected("created");
        expected["State"] = "Pending";
        expected["StateReason"] = "The function is being created.";
        expected["StateReasonCode"] = "Creating";
        AssertAnswer(expected, reply.Json);
    }

    [Fact]
    public async Task An_active_function_is_answered_as_AWS_does_and_its_code_can_be_downloaded()
    {
        JsonObject request = ServedHouse.CreateRequest("active");
        await house.SendJsonAsync(HttpMethod.Post, Functions, request);
        JsonObject answer = await WaitUntilActiveAsync("active");
        JsonObject expected = Expected("active");
        expected["State"] = "Active";
        expected["LastUpdateStatus"] = "Successful";
        AssertAnswer(expected, answer["Configuration"]!.AsObject());
        Assert.Equal("S3", (string?)answer["Code"]!["RepositoryType"]);
        Reply code = await house.SendAsync(HttpMethod.Get, (string)answer["Code"]!["Location"]!);
        Assert.Equal("application/zip", code.ContentType);
        Assert.Equal((string?)request["Code"]!["ZipFile"], Convert.ToBase64String(code.Body));
    }

    [Fact]
    public async Task A_list_leaves_state_out()
    {
        await house.SendJsonAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest("listed"));
        JsonArray functions = (await house.SendAsync(HttpMethod.Get, Functions)).Json["Functions"]!.AsArray();
        JsonObject listed = functions.Single(function => (string?)function!["FunctionName"] == "listed")!.AsObject();
        AssertAnswer(Expected("listed"), listed, withRuntimeVersion: false);
    }

    [Fact]
    public async Task A_list_goes_on_behind_its_marker()
    {
        foreach (string name in (string[])["page-a", "page-b", "page-c"])
        {
            await house.SendJsonAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest(name), Signed);
        }

        JsonObject first = (await house.SendAsync(HttpMethod.Get, $"{Functions}?MaxItems=2", null, Signed)).Json;
        string marker = Uri.EscapeDataString((string)first["NextMarker"]!);
        JsonObject second = (await house.SendAsync(HttpMethod.Get, $"{Functions}?MaxItems=2&Marker={marker}", null, Signed)).Json;
        Assert.Equal(["page-a", "page-b"], Names(first));
        Assert.Equal(["page-c"], Names(second));
        Assert.False(second.ContainsKey("NextMarker"));
    }

    [Fact]
    public async Task Deleting_answers_204_and_nothing_else()
    {
        await house.SendJsonAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest("deleted"));
        Reply reply = await house.SendAsync(HttpMethod.Delete, $"{Functions}/deleted");
        Assert.Equal((HttpStatusCode.NoContent, null, 0), (reply.Status, reply.ContentType, reply.Body.Length));
        Reply after = await house.SendAsync(HttpMethod.Get, $"{Functions}/deleted");
        Assert.Equal("Function not found: arn:aws:lambda:us-east-1:000000000000:function:deleted", after.Message);
    }

    [Fact]
    public async Task An_archive_that_is_not_in_S3_is_refused_with_S3_s_reason()
    {
        JsonObject request = ServedHouse.CreateRequest("from-s3");
        request["Code"] = new JsonObject { ["S3Bucket"] = "bucket", ["S3Key"] = "key" };
        Reply reply = await house.SendJsonAsync(HttpMethod.Post, Functions, request);
        Assert.Equal("InvalidParameterValueException", reply.ErrorType);
        Assert.Contains("S3 Error Code: NoSuchBucket", reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("message", 1, "Unexpected character ((CTRL-CHAR, code 153)): expected a valid value " + AnyValue, "99EB2C6A07A17A5968")]
    [InlineData("body", 3, "Invalid UTF-8 start byte 0x87", "6E87729EE9B5D749EE9B6D74")]
    [InlineData("word", 5, "Unrecognized token 'nope': was expecting " + AnyValue, "6E6F7065")]
    [InlineData("inside", 3, "Invalid UTF-8 start byte 0x87", "228722")]
    [InlineData("middle", 4, "Invalid UTF-8 middle byte 0x20", "22C32022")]
    public async Task An_event_that_is_no_JSON_is_refused_in_the_words_of_AWS(string name, int column, string text, string bytes)
    {
        await house.SendJsonAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest($"invoked-{name}"));
        await WaitUntilActiveAsync($"invoked-{name}");
        using ByteArrayContent payload = new(Convert.FromHexString(bytes));
        Reply reply = await house.SendAsync(HttpMethod.Post, $"{Functions}/invoked-{name}/invocations", payload);
        Assert.Equal((HttpStatusCode.BadRequest, "InvalidRequestContentException"), (reply.Status, reply.ErrorType));
        Assert.Equal(
            $"Could not parse request body into json: Could not parse payload into json: {text}\n"
            + $" at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: {column}]",
            reply.Message);
    }

    [Fact]
    public async Task A_function_in_another_account_is_refused_without_a_word()
    {
        JsonObject request = ServedHouse.CreateRequest("theirs");
        request["FunctionName"] = "arn:aws:lambda:us-east-1:123456789012:function:theirs";
        Reply reply = await house.SendJsonAsync(HttpMethod.Post, Functions, request);
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException", """{"Message":null}"""), (reply.Status, reply.ErrorType, reply.Text));
    }

    [Fact]
    public async Task SnapStart_is_on_for_the_versions_published_with_it()
    {
        JsonObject request = ServedHouse.CreateRequest("snapped");
        request["SnapStart"] = new JsonObject { ["ApplyOn"] = "PublishedVersions" };
        await house.SendJsonAsync(HttpMethod.Post, Functions, request);
        JsonObject latest = await WaitUntilActiveAsync("snapped");
        Reply published = await house.SendJsonAsync(HttpMethod.Post, $"{Functions}/snapped/versions", new JsonObject());
        Assert.Equal(
            ("Off", "On"),
            ((string?)latest["Configuration"]!["SnapStart"]!["OptimizationStatus"], (string?)published.Json["SnapStart"]!["OptimizationStatus"]));
    }

    [Fact]
    public async Task A_dry_run_answers_204()
    {
        await house.SendJsonAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest("dry"));
        await WaitUntilActiveAsync("dry");
        Reply reply = await house.SendAsync(
            HttpMethod.Post, $"{Functions}/dry/invocations", null, ("X-Amz-Invocation-Type", "DryRun"));
        Assert.Equal(HttpStatusCode.NoContent, reply.Status);
    }

    [Fact]
    public async Task What_a_function_logged_can_be_read()
    {
        await house.SendJsonAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest("logged"));
        await WaitUntilActiveAsync("logged");
        using StringContent payload = ServedHouse.Json("{}");
        Reply invoked = await house.SendAsync(
            HttpMethod.Post, $"{Functions}/logged/invocations", payload, ("X-Amz-Log-Type", "Tail"));
        string requestId = invoked.Headers.GetValues("x-amzn-RequestId").Single();
        Reply logs = await house.SendAsync(HttpMethod.Get, "/_lamina/functions/logged/logs");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (invoked.Status, logs.Status));
        Assert.Contains($"START RequestId: {requestId} Version: $LATEST\n", logs.Text, StringComparison.Ordinal);
    }

    private static (string, string) Signed => ("Authorization", ServedHouse.SignedBy("333333333333", "us-east-1", "lambda"));

    // As SDK waiters do: ask until it is so. The test's own time limit ends it if it never is.
    private async Task<JsonObject> WaitUntilActiveAsync(string name)
    {
        while (true)
        {
            JsonObject answer = (await house.SendAsync(HttpMethod.Get, $"{Functions}/{name}")).Json;
            if ((string?)answer["Configuration"]!["State"] != "Pending")
            {
                return answer;
            }
        }
    }

    private static string[] Names(JsonObject list) => [.. list["Functions"]!.AsArray().Select(function => (string)function!["FunctionName"]!)];

    private static void AssertAnswer(JsonObject expected, JsonObject actual, bool withRuntimeVersion = true)
    {
        foreach (string member in Volatile)
        {
            Assert.Equal(withRuntimeVersion || member != "RuntimeVersionConfig", actual.Remove(member));
        }

        Assert.Equal(Sorted(expected), Sorted(actual));
    }

    private static string Sorted(JsonObject value) =>
        string.Join("\n", value.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}: {member.Value?.ToJsonString()}"));

    private static JsonObject Expected(string name) => new()
    {
        ["Architectures"] = new JsonArray("x86_64"),
        ["Description"] = "",
        ["Environment"] = new JsonObject { ["Variables"] = new JsonObject() },
        ["EphemeralStorage"] = new JsonObject { ["Size"] = 512 },
        ["FunctionArn"] = $"arn:aws:lambda:us-east-1:000000000000:function:{name}",
        ["FunctionName"] = name,
        ["Handler"] = "handler.handler",
        ["LoggingConfig"] = new JsonObject { ["LogFormat"] = "Text", ["LogGroup"] = $"/aws/lambda/{name}" },
        ["MemorySize"] = 256,
        ["PackageType"] = "Zip",
        ["Role"] = "arn:aws:iam::000000000000:role/r",
        ["Runtime"] = "python3.12",
        ["SnapStart"] = new JsonObject { ["ApplyOn"] = "None", ["OptimizationStatus"] = "Off" },
        ["Timeout"] = 5,
        ["TracingConfig"] = new JsonObject { ["Mode"] = "PassThrough" },
        ["Version"] = "$LATEST",
    };
}
