using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>examples/store from the command line to a customer's order.</summary>
public sealed class StoreTests(SharedServer shared) : SharedServerTests(shared)
{
    private static readonly string Folder = Path.Combine(RepositoryFolders.Root, "examples", "store");

    [Fact]
    public async Task The_store_deploys_takes_an_order_deploys_unchanged_and_goes()
    {
        ILambdaClient client = AnyClient; // Skips where boto3 is missing: the orders function imports it.
        string stack = Own("store");
        string[] deploy = ["deploy", Path.Combine(Folder, "template.yaml"), "--stack", stack];
        (int code, string text) = await LaminaCommand.RunAsync(Server.Endpoint, [.. deploy, "--parameter", "Currency=CHF"]);
        Assert.True(code == 0, text);
        Assert.Matches(@"CREATE_COMPLETE +OrdersFunction +AWS::Lambda::Function", text);
        string output = Assert.Single(text.Split('\n'), static line => line.StartsWith("Api ", StringComparison.Ordinal));
        string api = output["Api ".Length..].Trim();
        Assert.Contains($"http://{api}.execute-api.us-east-1.localhost:{Server.Endpoint.Port}/Prod", text, StringComparison.Ordinal);

        (HttpStatusCode status, JsonNode made) = await SendAsync(HttpMethod.Post, api, "/orders", """{"items":{"apple":2,"bread":1}}""");
        Assert.Equal((HttpStatusCode.Created, 400, "CHF"), (status, (int)made["totalCents"]!, (string?)made["currency"]));
        (status, JsonNode read) = await SendAsync(HttpMethod.Get, api, $"/orders/{made["id"]}", body: null);
        Assert.Equal((HttpStatusCode.OK, made.ToJsonString()), (status, read.ToJsonString()));
        (_, JsonNode lists) = await SendAsync(HttpMethod.Get, api, "/lists", body: null);
        Assert.Equal((string?)made["id"], (string?)Assert.Single(lists["orders"]!.AsArray()));
        (_, JsonNode found) = await SendAsync(HttpMethod.Get, api, "/search?q=che", body: null);
        Assert.Equal("""{"cheese":780}""", found.ToJsonString());
        (_, JsonNode forums) = await SendAsync(HttpMethod.Get, api, "/forums", body: null);
        Assert.Equal("The corner store", (string?)forums["store"]);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, api, "/user", body: null)).Status);

        (code, text) = await LaminaCommand.RunAsync(Server.Endpoint, deploy);
        Assert.True(code == 0, text);
        Assert.Contains($"no changes: {stack} is as the template says", text, StringComparison.Ordinal);

        (code, text) = await LaminaCommand.RunAsync(Server.Endpoint, "delete", stack);
        Assert.True(code == 0, text);
        Assert.Matches(@"DELETE_COMPLETE +OrdersFunction ", text);
        Assert.Equal("ValidationError", (await client.CallAsync("cloudformation:DescribeStacks", new JsonObject { ["StackName"] = stack })).Error);
    }

    [Fact]
    public async Task A_path_that_is_not_there_is_named_with_its_line_and_a_stack_that_fails_says_why()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("lamina-deploy-");
        try
        {
            string template = Path.Combine(folder.FullName, "template.yaml");
            await File.WriteAllTextAsync(template, """
                Resources:
                  Layer:
                    Properties: {Content: nowhere} # Code: of no function
                    Type: AWS::Lambda::LayerVersion
                """);
            (int code, string text) = await LaminaCommand.RunAsync(Server.Endpoint, "deploy", template, "--stack", Own("none"));
            Assert.Equal(1, code);
            Assert.Contains("There is no folder or file nowhere.", text, StringComparison.Ordinal);
            Assert.Contains($"{template}:3", text, StringComparison.Ordinal);

            Directory.CreateDirectory(Path.Combine(folder.FullName, "nowhere"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "nowhere", "text"), "text");
            await File.AppendAllTextAsync(template, """

                  Function:
                    Type: AWS::Lambda::Function
                    Properties: {Code: nowhere, Runtime: python3.11, Handler: app.handler, Role: 'arn:aws:iam::000000000000:role/any', MemorySize: 1}
                """);
            (code, text) = await LaminaCommand.RunAsync(Server.Endpoint, "deploy", template, "--stack", Own("fails"));
            Assert.Equal(1, code);
            Assert.Matches(@"CREATE_COMPLETE +Layer +AWS::Lambda::LayerVersion|CREATE_FAILED +Layer", text);
            Assert.Contains("The stack ended in ROLLBACK_COMPLETE. Function (AWS::Lambda::Function): ", text, StringComparison.Ordinal);
            (code, text) = await LaminaCommand.RunAsync(Server.Endpoint, "delete", Own("fails"));
            Assert.True(code == 0, text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(HttpMethod method, string api, string path, string? body)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(method, new Uri(Server.Endpoint, $"/Prod{path}"));
        request.Headers.Host = $"{api}.execute-api.us-east-1.localhost:{Server.Endpoint.Port}";
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
