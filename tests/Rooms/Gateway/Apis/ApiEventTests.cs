using System.Text;
using System.Text.Json;
using Lamina.Gateway;
using Lamina.Gateway.Apis;
using static Lamina.Rooms.Tests.Gateway.Apis.ApiSamples;

namespace Lamina.Rooms.Tests.Gateway.Apis;

public sealed class ApiEventTests
{
    /// <summary>Members and their order within objects as recorded from AWS, but for what CloudFront adds.</summary>
    [Fact]
    public void A_REST_API_s_event_has_what_AWS_s_has()
    {
        Api api = Api(ApiKind.Rest, Route("ANY", "/orders/{proxy+}"));
        JsonElement made = Json(RestEvent.Write(Request(
            api, "POST", "/prod/orders/7%20a/?x=1&x=2&y=a+b&z", Bytes("{'a':1}"), ("Content-Type", "application/json"), ("X-Twice", "one"), ("X-Twice", "two"))));
        Assert.Equal(
            ("/orders/{proxy+}", "/orders/7%20a/", "POST", "{'a':1}", false),
            (made.GetProperty("resource").GetString(), made.GetProperty("path").GetString(), made.GetProperty("httpMethod").GetString(),
                made.GetProperty("body").GetString()!.Replace('"', '\''), made.GetProperty("isBase64Encoded").GetBoolean()));
        Assert.Equal("{'proxy':'7%20a'}", Text(made.GetProperty("pathParameters")));
        Assert.Equal("{'x':'2','y':'a b','z':''}", Text(made.GetProperty("queryStringParameters")));
        Assert.Equal("{'x':['1','2'],'y':['a b'],'z':['']}", Text(made.GetProperty("multiValueQueryStringParameters")));
        Assert.Equal("{'table':'orders'}", Text(made.GetProperty("stageVariables")));
        Assert.Equal("two", made.GetProperty("headers").GetProperty("X-Twice").GetString());
        Assert.Equal("['one','two']", Text(made.GetProperty("multiValueHeaders").GetProperty("X-Twice")));
        Assert.Equal("127.0.0.1", made.GetProperty("headers").GetProperty("X-Forwarded-For").GetString());
        JsonElement context = made.GetProperty("requestContext");
        Assert.Equal(
            ["accountId", "apiId", "deploymentId", "domainName", "domainPrefix", "extendedRequestId", "httpMethod", "identity", "path", "protocol", "requestId",
                "requestTime", "requestTimeEpoch", "resourceId", "resourcePath", "stage"],
            context.EnumerateObject().Select(static member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            ("/prod/orders/7%20a/", "prod", "04/Mar/2020:19:03:58 +0000", "res123", "dep123"),
            (context.GetProperty("path").GetString(), context.GetProperty("stage").GetString(), context.GetProperty("requestTime").GetString(),
                context.GetProperty("resourceId").GetString(), context.GetProperty("deploymentId").GetString()));
        Assert.Equal(12, context.GetProperty("identity").EnumerateObject().Count());
    }

    [Fact]
    public void What_a_REST_API_s_request_has_not_is_null_in_its_event()
    {
        JsonElement made = Json(RestEvent.Write(Request(Api(ApiKind.Rest, Route("GET", "/")), "GET", "/dev")));
        Assert.Equal("/", made.GetProperty("path").GetString());
        foreach (string member in new[] { "body", "pathParameters", "queryStringParameters", "multiValueQueryStringParameters", "stageVariables" })
        {
            Assert.Equal((member, JsonValueKind.Null), (member, made.GetProperty(member).ValueKind));
        }
    }

    [Theory]
    [InlineData("image/png", true)]
    [InlineData("application/vnd.x; a=b", true)]
    [InlineData("text/plain", false)]
    public void Content_of_a_REST_API_s_binary_types_comes_in_base64(string type, bool binary)
    {
        Api api = Api(ApiKind.Rest, Route("POST", "/")) with { BinaryMediaTypes = ["image/*", "application/vnd.x"] };
        JsonElement made = Json(RestEvent.Write(Request(api, "POST", "/dev", Bytes("abc"), ("Content-Type", type))));
        Assert.Equal((binary ? "YWJj" : "abc", binary), (made.GetProperty("body").GetString(), made.GetProperty("isBase64Encoded").GetBoolean()));
    }

    [Fact]
    public void An_HTTP_API_s_event_is_of_format_2()
    {
        Api api = Api(ApiKind.Http, Route("GET", "/orders/{id}", "2.0"));
        JsonElement made = Json(HttpEvent.Write(Request(
            api, "GET", "/prod/orders/7%20a?x=1&x=2&empty=", null, ("Connection", "keep-alive"), ("Cookie", "a=1; b=2"), ("X-Twice", "one"), ("X-Twice", "two"))));
        Assert.Equal(
            "{'version':'2.0','routeKey':'GET /orders/{id}','rawPath':'/prod/orders/7%20a','rawQueryString':'x=1&x=2&empty=','cookies':['a=1','b=2'],"
            + "'headers':{'host':'abc123.execute-api.us-east-1.localhost:4566','user-agent':'test','cookie':'a=1; b=2','x-twice':'one,two',"
            + "'x-amzn-trace-id':'Root=1-5759e988-bd862e3fe1be46a994272793','x-forwarded-for':'127.0.0.1','x-forwarded-port':'4566','x-forwarded-proto':'http'},"
            + "'queryStringParameters':{'x':'1,2','empty':''},"
            + "'requestContext':{'accountId':'000000000000','apiId':'abc123','domainName':'abc123.execute-api.us-east-1.localhost','domainPrefix':'abc123',"
            + "'http':{'method':'GET','path':'/prod/orders/7%20a','protocol':'HTTP/1.1','sourceIp':'127.0.0.1','userAgent':'test'},"
            + "'requestId':'8dc40e2c-4d0c-4a68-9d0e-6f7c6b2ad0f1','routeKey':'GET /orders/{id}','stage':'prod','time':'04/Mar/2020:19:03:58 +0000','timeEpoch':1583348638390},"
            + "'pathParameters':{'id':'7 a'},'stageVariables':{'table':'orders'},'isBase64Encoded':false}",
            Text(made));
    }

    [Theory]
    [InlineData("{'statusCode':201,'body':'b','headers':{'X-A':'1'},'multiValueHeaders':{'X-B':['1','2']}}", "201 X-B=1 X-B=2 X-A=1 Content-Type=application/json b")]
    [InlineData("{'statusCode':'200','isBase64Encoded':true,'body':'YWJj'}", "200 Content-Type=application/json abc")]
    [InlineData("{}", "200 Content-Type=application/json ")]
    [InlineData("{'statusCode':200,'other':1}", null)]
    [InlineData("{'statusCode':'x'}", null)]
    [InlineData("{'statusCode':200,'body':{'a':1}}", null)]
    [InlineData("'text'", null)]
    [InlineData("not JSON", null)]
    public void A_response_of_format_1_is_one_or_not(string result, string? response) =>
        Assert.Equal(response, Printed(ProxyResponse.Of(Bytes(result), decodes: true)));

    [Theory]
    [InlineData("{'statusCode':201,'body':'b','cookies':['c=1']}", "201 Content-Type=text/plain; charset=utf-8 Set-Cookie=c=1 b")]
    [InlineData("{'statusCode':200,'headers':{'content-type':'text/html'},'body':'b'}", "200 content-type=text/html b")]
    [InlineData("{'a':1}", "200 Content-Type=application/json {\"a\":1}")]
    [InlineData("'text'", "200 Content-Type=application/json text")]
    public void A_response_of_format_2_may_be_anything(string result, string response) =>
        Assert.Equal(response, Printed(ProxyResponse.OfFormat2(Bytes(result))));

    [Fact]
    public void API_Gateway_asks_for_the_route()
    {
        Api api = Api(ApiKind.Http);
        Assert.Equal("arn:aws:execute-api:us-east-1:000000000000:abc123/prod/GET/orders/{id}", ApiGateway.SourceArnOf(api, Stage("prod"), Route("GET", "/orders/{id}"), "GET"));
        Assert.Equal("arn:aws:execute-api:us-east-1:000000000000:abc123/prod/$default", ApiGateway.SourceArnOf(api, Stage("prod"), Route("ANY", "$default"), "*"));
    }

    private static string? Printed(UrlResponse? response) => response is null ? null
        : $"{response.Status} {string.Join(' ', response.Headers.Select(static header => $"{header.Key}={header.Value}"))} {Encoding.UTF8.GetString(response.Body.Span)}";
}
