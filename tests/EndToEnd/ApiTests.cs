using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>The APIs of a stack, called over HTTP.</summary>
public sealed class ApiTests(SharedServer shared) : SharedServerTests(shared)
{
    private const string Template = """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Echo:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.11
              Handler: index.handler
              InlineCode: |
                import json
                def handler(event, context):
                    if (event.get('pathParameters') or {}).get('id') == 'broken':
                        return {'statusCode': 'none'}
                    return {'statusCode': 201, 'headers': {'x-made-by': 'echo'}, 'body': json.dumps(event)}
              Events:
                Order: {Type: Api, Properties: {Path: '/orders/{id}', Method: any}}
                Thing: {Type: HttpApi, Properties: {Path: '/things/{proxy+}', Method: get}}
        Outputs:
          Rest: {Value: !Ref ServerlessRestApi}
          Http: {Value: !Ref ServerlessHttpApi}
        """;

    [Fact]
    public async Task Two_stacks_may_have_stages_of_the_same_name()
    {
        string[] stacks = [Own("one"), Own("two")];
        Dictionary<string, string>[] outputs = [await CreateAsync(stacks[0]), await CreateAsync(stacks[1])];
        using HttpClient http = new();
        foreach (Dictionary<string, string> one in outputs)
        {
            (HttpResponseMessage response, _) = await SendAsync(http, HttpMethod.Get, one["Rest"], "/Prod/orders/7", body: null);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        }

        _ = (await AnyClient.CallAsync("cloudformation:DeleteStack", new JsonObject { ["StackName"] = stacks[0] })).Success;
        (HttpResponseMessage left, _) = await SendAsync(http, HttpMethod.Get, outputs[1]["Rest"], "/Prod/orders/7", body: null);
        Assert.Equal(HttpStatusCode.Created, left.StatusCode);
        _ = (await AnyClient.CallAsync("cloudformation:DeleteStack", new JsonObject { ["StackName"] = stacks[1] })).Success;
    }

    [Fact]
    public async Task A_REST_API_answers_preflights_itself_and_an_API_does_not_wait_for_ever()
    {
        const string Slow = """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Web:
                Type: AWS::Serverless::Api
                Properties:
                  StageName: live
                  Cors: {AllowOrigin: "'https://shop.test'", AllowHeaders: "'authorization'", MaxAge: "'600'"}
              Sleeper:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.11
                  Handler: index.handler
                  Timeout: 60
                  InlineCode: |
                    import time
                    def handler(event, context):
                        time.sleep(3)
                        return {'statusCode': 200}
                  Events:
                    Rest: {Type: Api, Properties: {RestApiId: !Ref Web, Path: /sleep, Method: get, TimeoutInMillis: 50}}
                    Http: {Type: HttpApi, Properties: {Path: /sleep, Method: get, TimeoutInMillis: 50}}
              Item:
                Type: AWS::ApiGateway::Resource
                Properties: {RestApiId: !Ref Web, ParentId: !GetAtt Web.RootResourceId, PathPart: fixed}
              Fixed:
                Type: AWS::ApiGateway::Method
                Properties:
                  RestApiId: !Ref Web
                  ResourceId: !Ref Item
                  HttpMethod: ANY
                  AuthorizationType: NONE
                  Integration:
                    Type: MOCK
                    PassthroughBehavior: NEVER
                    RequestTemplates: {application/json: '{ statusCode: 404 }'}
                    IntegrationResponses:
                      - {StatusCode: '200'}
                      - StatusCode: '410'
                        SelectionPattern: '4\d{2}'
                        ResponseParameters: {method.response.header.X-Why: "'gone'"}
                        ResponseTemplates: {application/json: '{"message": "gone"}'}
            Outputs:
              Rest: {Value: !Ref Web}
              Http: {Value: !Ref ServerlessHttpApi}
            """;
        string stack = Own("mocks");
        Dictionary<string, string> outputs = await CreateAsync(stack, Slow);
        using HttpClient http = new();

        (HttpResponseMessage response, JsonNode? body) = await SendAsync(http, HttpMethod.Options, outputs["Rest"], "/live/sleep", body: null);
        Assert.Equal((HttpStatusCode.OK, "{}"), (response.StatusCode, body!.ToJsonString()));
        string HeaderOf(string name) => Assert.Single(response.Headers.GetValues(name));
        Assert.Equal(
            ("https://shop.test", "authorization", "600", "GET,OPTIONS"),
            (HeaderOf("Access-Control-Allow-Origin"), HeaderOf("Access-Control-Allow-Headers"), HeaderOf("Access-Control-Max-Age"),
                HeaderOf("Access-Control-Allow-Methods")));
        (response, body) = await SendAsync(http, HttpMethod.Get, outputs["Rest"], "/live/sleep", body: null);
        Assert.Equal((HttpStatusCode.GatewayTimeout, "Endpoint request timed out"), (response.StatusCode, (string?)body!["message"]));
        (response, body) = await SendAsync(http, HttpMethod.Get, outputs["Http"], "/sleep", body: null);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Service Unavailable"), (response.StatusCode, (string?)body!["message"]));
        (response, body) = await SendAsync(http, HttpMethod.Put, outputs["Rest"], "/live/fixed", "{}");
        Assert.Equal((HttpStatusCode.Gone, "gone", "gone"), (response.StatusCode, (string?)body!["message"], HeaderOf("X-Why")));
        _ = (await AnyClient.CallAsync("cloudformation:DeleteStack", new JsonObject { ["StackName"] = stack })).Success;
    }

    [Fact]
    public async Task A_stack_s_REST_API_and_HTTP_API_lead_to_its_function()
    {
        string stack = Own("apis");
        Dictionary<string, string> outputs = await CreateAsync(stack);

        using HttpClient http = new();
        (HttpResponseMessage response, JsonNode? made) = await SendAsync(http, HttpMethod.Post, outputs["Rest"], "/Prod/orders/7?x=1&x=2", "{\"a\":1}");
        Assert.Equal((HttpStatusCode.Created, "echo"), (response.StatusCode, Assert.Single(response.Headers.GetValues("x-made-by"))));
        Assert.Equal(
            ("/orders/{id}", "/orders/7", "7", "2", "{\"a\":1}", "Prod"),
            ((string?)made!["resource"], (string?)made["path"], (string?)made["pathParameters"]!["id"], (string?)made["queryStringParameters"]!["x"],
                (string?)made["body"], (string?)made["requestContext"]!["stage"]));
        (response, made) = await SendAsync(http, HttpMethod.Get, outputs["Rest"], "/Prod/orders/broken", body: null);
        Assert.Equal((HttpStatusCode.BadGateway, "Internal server error"), (response.StatusCode, (string?)made!["message"]));
        (response, made) = await SendAsync(http, HttpMethod.Get, outputs["Rest"], "/Prod/nothing", body: null);
        Assert.Equal((HttpStatusCode.Forbidden, "Missing Authentication Token"), (response.StatusCode, (string?)made!["message"]));

        (response, made) = await SendAsync(http, HttpMethod.Get, outputs["Http"], "/things/a/b?x=1&x=2", body: null);
        Assert.Equal(
            (HttpStatusCode.Created, "2.0", "GET /things/{proxy+}", "a/b", "1,2", "$default"),
            (response.StatusCode, (string?)made!["version"], (string?)made["routeKey"], (string?)made["pathParameters"]!["proxy"],
                (string?)made["queryStringParameters"]!["x"], (string?)made["requestContext"]!["stage"]));
        (response, made) = await SendAsync(http, HttpMethod.Post, outputs["Http"], "/things/a", body: null);
        Assert.Equal((HttpStatusCode.NotFound, "Not Found"), (response.StatusCode, (string?)made!["message"]));
        (response, made) = await SendAsync(http, HttpMethod.Get, "none", "/", body: null);
        Assert.Equal((HttpStatusCode.Forbidden, "Forbidden"), (response.StatusCode, (string?)made!["message"]));

        _ = (await AnyClient.CallAsync("cloudformation:DeleteStack", new JsonObject { ["StackName"] = stack })).Success;
    }

    private async Task<(HttpResponseMessage Response, JsonNode? Body)> SendAsync(HttpClient http, HttpMethod method, string api, string path, string? body)
    {
        using HttpRequestMessage request = new(method, new Uri(Server.Endpoint, path));
        request.Headers.Host = $"{api}.execute-api.us-east-1.localhost:{Server.Endpoint.Port}";
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        HttpResponseMessage response = await http.SendAsync(request);
        return (response, JsonNode.Parse(await response.Content.ReadAsStringAsync()));
    }

    private Task<Dictionary<string, string>> CreateAsync(string stack) => CreateAsync(stack, Template);

    private async Task<Dictionary<string, string>> CreateAsync(string stack, string template)
    {
        _ = (await AnyClient.CallAsync("cloudformation:CreateStack", new JsonObject
        {
            ["StackName"] = stack, ["TemplateBody"] = template, ["Capabilities"] = new JsonArray("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"),
        })).Success;
        return await OutputsAsync(stack);
    }

    private async Task<Dictionary<string, string>> OutputsAsync(string stack)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (true)
        {
            JsonNode described = (await AnyClient.CallAsync("cloudformation:DescribeStacks", new JsonObject { ["StackName"] = stack })).Success["Stacks"]![0]!;
            string status = (string)described["StackStatus"]!;
            if (status == "CREATE_COMPLETE")
            {
                return described["Outputs"]!.AsArray().ToDictionary(static output => (string)output!["OutputKey"]!, static output => (string)output!["OutputValue"]!);
            }

            Assert.Equal(("CREATE_IN_PROGRESS", stack), (status, stack));

            // As a waiter of a client does: AWS offers nothing to be told by.
            await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        }
    }
}
