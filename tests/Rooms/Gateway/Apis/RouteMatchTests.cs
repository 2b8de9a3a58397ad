using System.Text.Json;
using Lamina.Gateway.Apis;
using static Lamina.Rooms.Tests.Gateway.Apis.ApiSamples;

namespace Lamina.Rooms.Tests.Gateway.Apis;

public sealed class RouteMatchTests
{
    [Theory]
    [InlineData("GET", "/", "GET /", "")]
    [InlineData("GET", "/orders", "GET /orders", "")]
    [InlineData("GET", "/orders/", "GET /orders", "")]
    [InlineData("POST", "/orders", "ANY /orders", "")]
    [InlineData("GET", "/orders/7", "GET /orders/{id}", "id=7")]
    [InlineData("GET", "/orders/new", "GET /orders/new", "")]
    [InlineData("PUT", "/orders/new", "ANY /{proxy+}", "proxy=orders/new")]
    [InlineData("GET", "/orders/7/lines/2", "GET /orders/{id}/lines/{line}", "id=7,line=2")]
    [InlineData("GET", "/orders/7/else", "ANY /{proxy+}", "proxy=orders/7/else")]
    [InlineData("GET", "/a//b/", "ANY /{proxy+}", "proxy=a//b")]
    [InlineData("DELETE", "/", null, null)]
    public void The_most_particular_route_takes_a_request(string method, string path, string? route, string? parameters)
    {
        RouteMatch? match = RouteMatch.Find(
            Routes("ANY /{proxy+}", "GET /orders/{id}", "GET /orders/new", "ANY /orders", "GET /orders", "GET /orders/{id}/lines/{line}", "GET /"), method, path);
        Assert.Equal(route, match is null ? null : $"{match.Route.Method} {match.Route.Path}");
        Assert.Equal(parameters, match is null ? null : string.Join(',', match.Parameters.Select(static parameter => $"{parameter.Key}={parameter.Value}")));
    }

    [Fact]
    public void The_default_route_takes_what_no_other_does() =>
        Assert.Equal(ApiRoute.Default, RouteMatch.Find([.. Routes("GET /a"), Route("ANY", ApiRoute.Default)], "POST", "/a")!.Route.Path);

    [Fact]
    public void A_document_s_paths_are_routes_and_what_is_not_served_says_so()
    {
        JsonElement document = Json(Bytes($$"""
            {"paths":{"/a/{id}":{"get":{"x-amazon-apigateway-integration":{"type":"aws_proxy","uri":"{{InvocationUri}}"} },
              "x-amazon-apigateway-any-method":{"x-amazon-apigateway-integration":{"type":"AWS_PROXY","uri":"{{Function}}:live","payloadFormatVersion":"1.0"} },
              "options":{"x-amazon-apigateway-integration":{"type":"mock"} },
              "post":{"security":[{"api_key":[]}],"x-amazon-apigateway-integration":{"type":"aws_proxy","uri":"{{InvocationUri}}"} } },
              "/$default":{"x-amazon-apigateway-any-method":{"security":[{"jwt":[]}],"x-amazon-apigateway-integration":{"type":"aws_proxy","uri":"{{InvocationUri}}"} } } },
             "x-amazon-apigateway-binary-media-types":["image~1png"],"x-amazon-apigateway-cors":{"allowOrigins":["*"],"maxAge":60} }
            """));
        Assert.Equal(
            [
                new ApiRoute("GET", "/a/{id}", "", Function, "2.0", null),
                new ApiRoute("ANY", "/a/{id}", "", $"{Function}:live", "1.0", null),
                new ApiRoute("OPTIONS", "/a/{id}", "", null, "2.0", "integrations of type MOCK; AWS_PROXY with a function is"),
                new ApiRoute("POST", "/a/{id}", "", Function, "2.0", "routes that need an API key"),
                new ApiRoute("ANY", ApiRoute.Default, "", Function, "2.0", "routes with the authorization jwt"),
            ],
            ApiDocument.RoutesOf(document, ApiKind.Http));
        Assert.Equal(["image/png"], ApiDocument.BinaryMediaTypesOf(document));
        Assert.Equal(("*", 60), (Assert.Single(ApiDocument.CorsOf(document)!.AllowOrigins!), ApiDocument.CorsOf(document)!.MaxAgeSeconds));
    }

    [Theory]
    [InlineData(ApiKind.Rest, "/prod/a", "prod", "/a")]
    [InlineData(ApiKind.Rest, "/prod", "prod", "/")]
    [InlineData(ApiKind.Rest, "/a", null, null)]
    [InlineData(ApiKind.Http, "/prod/a", "prod", "/a")]
    [InlineData(ApiKind.Http, "/production/a", "$default", "/production/a")]
    [InlineData(ApiKind.Http, "/$default/a", "$default", "/$default/a")]
    public void A_path_begins_with_its_stage_unless_that_is_the_default_one(ApiKind kind, string rawPath, string? stage, string? path)
    {
        (ApiStage Stage, string Path)? found = ApiGateway.StageOf(Api(kind), rawPath);
        Assert.Equal((stage, path), (found?.Stage.Name, found?.Path));
    }

    [Theory]
    [InlineData("abc123.execute-api.us-east-1.localhost", "abc123", "us-east-1")]
    [InlineData("ABC.execute-api.eu-west-1.amazonaws.com", "abc", "eu-west-1")]
    [InlineData("abc.lambda-url.eu-west-1.localhost", null, null)]
    [InlineData("execute-api.eu-west-1.localhost", null, null)]
    public void An_api_has_a_host_of_its_own(string host, string? id, string? region) =>
        Assert.Equal((id, region), (ApiHost.Parse(host)?.Id, ApiHost.Parse(host)?.Region));
}
