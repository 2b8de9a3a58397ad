using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>Versions, aliases, permissions and concurrency through each of AWS's clients.</summary>
public sealed class VersionTests(SharedServer shared) : SharedServerTests(shared)
{
    public static TheoryData<string> Clients => ClientTools.Clients;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_version_lives_from_its_publication_to_its_deletion(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        await client.CreateProbeAsync(Own("fn"));
        JsonObject published = (await client.CallAsync("PublishVersion", Named(("Description", "first")))).Success;
        Assert.Equal(("1", "first"), ((string?)published["Version"], (string?)published["Description"]));
        _ = (await client.WaitAsync("PublishedVersionActive", Named(("Qualifier", "1")))).Success;

        const string Look = "import os; result = [context.function_version, context.invoked_function_arn, os.environ['AWS_LAMBDA_LOG_STREAM_NAME'][11:14]]";
        JsonNode? seen = await client.RunAsync($"{Own("fn")}:1", Look);
        Assert.Equal($$"""["1","arn:aws:lambda:us-east-1:000000000000:function:{{Own("fn")}}:1","[1]"]""", seen!.ToJsonString());

        Assert.Equal(["$LATEST", "1"], await ListAsync(client, "ListVersionsByFunction", "Versions", "Version"));
        _ = (await client.CallAsync("DeleteFunction", Named(("Qualifier", "1")))).Success;
        Assert.Equal(["$LATEST"], await ListAsync(client, "ListVersionsByFunction", "Versions", "Version"));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task An_alias_lives_from_its_creation_to_its_deletion(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        await client.CreateProbeAsync(Own("fn"));
        _ = (await client.CallAsync("PublishVersion", Named())).Success;
        _ = (await client.CallAsync("CreateAlias", Named(("Name", "live"), ("FunctionVersion", "$LATEST")))).Success;
        JsonObject updated = (await client.CallAsync("UpdateAlias", Named(("Name", "live"), ("FunctionVersion", "1")))).Success;
        JsonObject got = (await client.CallAsync("GetAlias", Named(("Name", "live")))).Success;
        Assert.Equal(("1", (string?)updated["RevisionId"]), ((string?)got["FunctionVersion"], (string?)got["RevisionId"]));
        Assert.Equal("1", (string?)await client.RunAsync($"{Own("fn")}:live", "result = context.function_version"));

        Assert.Equal(["live"], await ListAsync(client, "ListAliases", "Aliases", "Name"));
        ClientAnswer refused = await client.CallAsync("DeleteFunction", Named(("Qualifier", "1")));
        Assert.Equal(
            ("ResourceConflictException", "Unable to delete version because the following aliases reference it: [live]"),
            (refused.Error, refused.Message));
        _ = (await client.CallAsync("DeleteAlias", Named(("Name", "live")))).Success;
        Assert.Empty(await ListAsync(client, "ListAliases", "Aliases", "Name"));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_permission_is_added_shown_and_removed(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        await client.CreateProbeAsync(Own("fn"));
        JsonObject added = (await client.CallAsync("AddPermission", Named(
            ("StatementId", "s"), ("Action", "lambda:InvokeFunction"), ("Principal", "s3.amazonaws.com"), ("SourceArn", "arn:aws:s3:::bucket")))).Success;
        string statement =
            $$$$"""{"Sid":"s","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:000000000000:function:{{{{Own("fn")}}}}","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}}""";
        Assert.Equal(statement, (string?)added["Statement"]);
        Assert.Equal(
            $$"""{"Version":"2012-10-17","Id":"default","Statement":[{{statement}}]}""",
            (string?)(await client.CallAsync("GetPolicy", Named())).Success["Policy"]);

        _ = (await client.CallAsync("RemovePermission", Named(("StatementId", "s")))).Success;
        Assert.Equal("ResourceNotFoundException", (await client.CallAsync("GetPolicy", Named())).Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Concurrency_is_reserved_and_provisioned(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        await client.CreateProbeAsync(Own("fn"));
        _ = (await client.CallAsync("PublishVersion", Named())).Success;
        _ = (await client.CallAsync("PutFunctionConcurrency", Named(("ReservedConcurrentExecutions", 0)))).Success;
        Assert.Equal(0, (int?)(await client.CallAsync("GetFunctionConcurrency", Named())).Success["ReservedConcurrentExecutions"]);
        Assert.Equal("TooManyRequestsException", (await client.InvokeAsync(Own("fn"), "{}")).Error);
        _ = (await client.CallAsync("DeleteFunctionConcurrency", Named())).Success;

        JsonObject provisioned = Named(("Qualifier", "1"), ("ProvisionedConcurrentExecutions", 2));
        Assert.Equal("IN_PROGRESS", (string?)(await client.CallAsync("PutProvisionedConcurrencyConfig", provisioned)).Success["Status"]);
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        JsonObject got;
        while ((string?)(got = (await client.CallAsync("GetProvisionedConcurrencyConfig", Named(("Qualifier", "1")))).Success)["Status"] != "READY")
        {
            // As a waiter of a client does: AWS offers nothing to be told by.
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }

        Assert.Equal(2, (int?)got["AvailableProvisionedConcurrentExecutions"]);
        Assert.Equal(
            [$"arn:aws:lambda:us-east-1:000000000000:function:{Own("fn")}:1"],
            await ListAsync(client, "ListProvisionedConcurrencyConfigs", "ProvisionedConcurrencyConfigs", "FunctionArn"));
        Assert.Equal(
            "provisioned-concurrency",
            (string?)await client.RunAsync($"{Own("fn")}:1", "import os; result = os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']"));
        _ = (await client.CallAsync("DeleteProvisionedConcurrencyConfig", Named(("Qualifier", "1")))).Success;
        ClientAnswer gone = await client.CallAsync("GetProvisionedConcurrencyConfig", Named(("Qualifier", "1")));
        Assert.Equal("ProvisionedConcurrencyConfigNotFoundException", gone.Error);
    }

    private async Task<string[]> ListAsync(ILambdaClient client, string operation, string list, string member) =>
        [.. (await client.CallAsync(operation, Named())).Success[list]!.AsArray().Select(item => (string)item![member]!)];

    private JsonObject Named(params (string Name, JsonNode? Value)[] more)
    {
        JsonObject parameters = new() { ["FunctionName"] = Own("fn") };
        foreach ((string name, JsonNode? value) in more)
        {
            parameters[name] = value;
        }

        return parameters;
    }
}
