using System.Net;
using System.Text.Json.Nodes;

namespace Lamina.Rooms.Tests.Server;

public sealed class RoutingTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    [Fact]
    public async Task Every_answer_has_a_request_id_and_no_server_name()
    {
        Reply good = await house.SendAsync(HttpMethod.Get, "/2015-03-31/functions");
        Reply bad = await house.SendAsync(HttpMethod.Get, "/nothing");
        Assert.True(Guid.TryParse(good.Headers.GetValues("x-amzn-RequestId").Single(), out Guid first));
        Assert.True(Guid.TryParse(bad.Headers.GetValues("x-amzn-RequestId").Single(), out Guid second));
        Assert.NotEqual(first, second);
        Assert.Empty(good.Headers.Server);
        Assert.NotNull(good.Headers.Date);
        Assert.Equal("application/json", good.ContentType);
    }

    [Theory]
    [InlineData("GET", "/2025-12-01/functions/f/durable-executions", "ListDurableExecutionsByFunction")]
    [InlineData("POST", "/2025-11-30/capacity-providers", "CreateCapacityProvider")]
    [InlineData("DELETE", "/2025-11-30/capacity-providers/p?a=1&a=2", "DeleteCapacityProvider")]
    public async Task An_operation_that_is_not_served_says_so_with_a_status_that_no_SDK_retries(string method, string path, string operation)
    {
        Reply reply = await house.SendAsync(new HttpMethod(method), path);
        Assert.Equal((HttpStatusCode.NotImplemented, "NotImplementedException"), (reply.Status, reply.ErrorType));
        Assert.Contains(operation, reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/2019-09-30/functions/f/provisioned-concurrency?List=ALL", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f")]
    [InlineData("/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:1")]
    public async Task Of_two_operations_with_one_path_the_query_chooses(string path, string text) =>
        Assert.Equal(text, (await house.SendAsync(HttpMethod.Get, path)).Message);

    [Theory]
    [InlineData("kinesis", "application/x-amz-json-1.1", "{\"__type\":\"NotImplementedException\"")]
    [InlineData("sns", "application/x-www-form-urlencoded", "<ErrorResponse><Error>")]
    public async Task A_service_that_is_not_served_is_named_in_the_form_its_clients_read(string service, string contentType, string start)
    {
        using StringContent body = new("");
        body.Headers.ContentType = new(contentType);
        Reply reply = await house.SendAsync(HttpMethod.Post, "/", body, ("Authorization", ServedHouse.SignedBy("AKIA", "us-east-1", service)));
        Assert.Equal(HttpStatusCode.NotImplemented, reply.Status);
        Assert.StartsWith(start, reply.Text, StringComparison.Ordinal);
        Assert.Contains($"'{service}'", reply.Text.Replace("&apos;", "'", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_method_is_told_the_right_one()
    {
        Reply reply = await house.SendAsync(HttpMethod.Patch, "/2015-03-31/functions");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, reply.Status);
        Assert.Contains("POST", reply.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await house.SendAsync(HttpMethod.Head, "/2015-03-31/functions")).Status);
    }

    [Fact]
    public async Task A_slash_at_the_end_changes_nothing() =>
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync(HttpMethod.Get, "/2015-03-31/functions/")).Status);

    [Fact]
    public async Task The_scope_of_the_signature_decides_account_and_region()
    {
        Reply reply = await house.SendAsync(
            HttpMethod.Get, "/2015-03-31/functions/f", null, ("Authorization", ServedHouse.SignedBy("123456789012", "eu-west-1", "lambda")));
        Assert.Equal("Function not found: arn:aws:lambda:eu-west-1:123456789012:function:f", reply.Message);
        Assert.Equal("User", (string?)reply.Json["Type"]);
        Assert.True(reply.Json.ContainsKey("Message"));
    }

    [Fact]
    public async Task A_presigned_credential_counts_as_well()
    {
        Reply reply = await house.SendAsync(
            HttpMethod.Get, "/2015-03-31/functions/f?X-Amz-Credential=210987654321%2F20261123%2Fsa-east-1%2Flambda%2Faws4_request");
        Assert.Equal("Function not found: arn:aws:lambda:sa-east-1:210987654321:function:f", reply.Message);
    }

    [Fact]
    public async Task A_key_without_an_account_is_the_default_account() => Assert.Equal(
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f",
        (await house.SendAsync(
            HttpMethod.Get, "/2015-03-31/functions/f", null, ("Authorization", ServedHouse.SignedBy("AKIAEXAMPLE", "us-east-1", "lambda")))).Message);

    [Fact]
    public async Task An_ARN_in_the_path_may_be_encoded_or_not()
    {
        const string Arn = "arn:aws:lambda:us-east-1:000000000000:function:none";
        Reply plain = await house.SendAsync(HttpMethod.Get, $"/2015-03-31/functions/{Arn}");
        Reply encoded = await house.SendAsync(HttpMethod.Get, $"/2015-03-31/functions/{Uri.EscapeDataString(Arn)}");
        Assert.Equal($"Function not found: {Arn}", plain.Message);
        Assert.Equal(plain.Message, encoded.Message);
    }

    [Theory]
    [InlineData("/_lamina/health")]
    [InlineData("/_localstack/health")]
    public async Task Health_is_answered_where_test_tools_ask(string path)
    {
        JsonObject health = (await house.SendAsync(HttpMethod.Get, path)).Json;
        Assert.Equal("running", (string?)health["services"]!["lambda"]);
        Assert.NotNull((string?)health["version"]);
    }
}
