using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>What Lambda promises of every runtime, held to each that this machine has.</summary>
public sealed class RuntimeTableTests(RuntimeTable table, SharedServer shared) : SharedServerTests(shared), IClassFixture<RuntimeTable>
{
    public static TheoryData<string, string> Cells
    {
        get
        {
            TheoryData<string, string> cells = [];
            foreach (TableRuntime runtime in TableRuntimes.All)
            {
                foreach (string what in runtime.Cases)
                {
                    cells.Add(runtime.Name, what);
                }
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public Task Every_runtime_keeps_what_Lambda_promises(string runtime, string what) => table.ResultAsync(runtime, what);

    [Fact]
    public async Task Java_calls_a_method_of_a_bean_and_says_which_class_is_missing()
    {
        await table.ResultAsync("java", "hello");
        TableFunction order = await DeployAgainAsync("java", "example.Function::order");
        Assert.Equal("""{"name":"n","count":3}""", (await order.CallAsync("""{"name":"n","count":2,"more":[]}""")).ToJsonString());

        TableFunction missing = await DeployAgainAsync("java", "example.Missing");
        JsonNode error = (await missing.InvokeAsync("{}")).Json!;
        Assert.Equal(("java.lang.ClassNotFoundException", "Class not found: example.Missing"), ((string?)error["errorType"], (string?)error["errorMessage"]));
    }

    [Theory]
    [InlineData("java11", true)]
    [InlineData("java17", false)]
    public async Task Java_has_the_trace_among_its_variables_up_to_11(string id, bool isThere)
    {
        await table.ResultAsync("java", "hello");
        TableFunction function = await DeployAgainAsync("java", "example.Function", id);
        JsonNode environment = await function.CallAsync("""{"environment":true}""");
        string? first = (string?)environment["_X_AMZN_TRACE_ID"];
        Assert.Equal(isThere, first?.StartsWith("Root=1-", StringComparison.Ordinal) == true);
        string? second = (string?)(await function.CallAsync("""{"environment":true}"""))["_X_AMZN_TRACE_ID"];
        Assert.Equal(isThere, first != second);
    }

    [Fact]
    public async Task NET_calls_streams_and_types_with_their_assemblies_and_starts_programs()
    {
        await table.ResultAsync("dotnet", "hello");
        TableFunction echo = await DeployAgainAsync("dotnet", "DotnetFunction::DotnetFunction.Function::Echo");
        Assert.Equal("[1, 2]", (await echo.InvokeAsync("[1, 2]")).Text);
        TableFunction hash = await DeployAgainAsync("dotnet", "DotnetFunction::DotnetFunction.Function::Hash");
        Assert.Equal("""{"Name":"B7EFDC83","Count":1}""", (await hash.CallAsync("""{"Name":"1","Count":0}""")).ToJsonString());
        TableFunction program = await DeployAgainAsync("dotnet", "DotnetFunction");
        Assert.Equal("DotnetFunction", (string?)(await program.CallAsync("{}"))["program"]);
    }

    [Fact]
    public async Task Ruby_says_which_file_is_missing()
    {
        await table.ResultAsync("ruby", "hello");
        JsonNode error = (await (await DeployAgainAsync("ruby", "missing.handler")).InvokeAsync("{}")).Json!;
        Assert.Equal(("Init<LoadError>", "cannot load such file -- missing"), ((string?)error["errorType"], (string?)error["errorMessage"]));
    }

    [Fact]
    public async Task A_Go_runtime_of_its_own_is_refused_with_AWS_s_advice()
    {
        ClientAnswer refused = await AnyClient.CreateFunctionAsync(Own("go"), Probe.Code, new JsonObject { ["Runtime"] = "go1.x" });
        Assert.Equal("InvalidParameterValueException", refused.Error);
        Assert.Equal(
            "The runtime parameter of go1.x is no longer supported for creating or updating AWS Lambda functions. "
            + "We recommend you use a supported runtime while creating or updating functions.",
            refused.Message);
    }

    /// <summary>The row's code once more, with another handler.</summary>
    /// <param name="id">Another runtime of the same family; null for the row's.</param>
    private async Task<TableFunction> DeployAgainAsync(string name, string handler, string? id = null)
    {
        TableRuntime runtime = TableRuntimes.Of(name);
        string folder = Directory.CreateTempSubdirectory("lamina-again-").FullName;
        await runtime.BuildAsync(folder);
        byte[] code = RuntimeTable.Zip(folder);
        Directory.Delete(folder, recursive: true);
        return await table.DeployAsync($"{name}-{Guid.NewGuid():N}"[..20], code, new JsonObject
        {
            ["Runtime"] = id ?? runtime.Id, ["Handler"] = handler, ["MemorySize"] = runtime.MemoryMiB,
        });
    }
}
