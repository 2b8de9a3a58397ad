using System.Text;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Rooms.Tests.Contracts;

public sealed class RequestBodyTests
{
    [Theory]
    [InlineData("""{"Timeout":"five"}""", "Timeout")]
    [InlineData("""{"Timeout":1.5}""", "Timeout")]
    [InlineData("""{"Timeout":99999999999}""", "Timeout")]
    [InlineData("""{"Publish":"yes"}""", "Publish")]
    [InlineData("""{"Layers":"one"}""", "Layers")]
    [InlineData("""{"Layers":[1]}""", "Layers[0]")]
    [InlineData("""{"Code":{"ZipFile":"!!!"}}""", "Code.ZipFile")]
    [InlineData("""{"Environment":{"Variables":{"A":1}}}""", "Environment.Variables.A")]
    [InlineData("""{"VpcConfig":[]}""", "VpcConfig")]
    public void A_value_of_the_wrong_type_names_its_member(string body, string member)
    {
        AwsError error = Assert.Throws<AwsError>(() => LambdaRequests.CreateFunction(Encoding.UTF8.GetBytes(body), new Members()));
        Assert.Equal(("SerializationException", 400), (error.Code, error.Status));
        Assert.Contains($"'{member}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}}")]
    [InlineData("{\"Timeout\":}")]
    [InlineData("hello")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    public void A_body_that_is_no_object_is_refused(string body)
    {
        AwsError error = Assert.Throws<AwsError>(() => LambdaRequests.CreateFunction(Encoding.UTF8.GetBytes(body), new Members()));
        Assert.Equal(("SerializationException", 400), (error.Code, error.Status));
    }

    [Fact]
    public void A_body_that_is_not_UTF8_is_refused()
    {
        AwsError error = Assert.Throws<AwsError>(() => LambdaRequests.CreateFunction([.. "{\"Role\":\""u8, 0xFF, .. "\"}"u8], new Members()));
        Assert.Equal("SerializationException", error.Code);
    }

    [Fact]
    public void Members_of_the_path_cannot_be_overwritten_by_the_body()
    {
        UpdateFunctionConfigurationRequest request = LambdaRequests.UpdateFunctionConfiguration(
            """{"FunctionName":"other","Timeout":5}"""u8, new Members(("FunctionName", "mine")));
        Assert.Equal(("mine", 5), (request.FunctionName, request.Timeout));
    }

    [Fact]
    public void A_list_given_empty_is_not_a_list_not_given()
    {
        UpdateFunctionConfigurationRequest request = LambdaRequests.UpdateFunctionConfiguration(
            """{"Layers":[],"Description":null}"""u8, new Members(("FunctionName", "f")));
        Assert.Empty(request.Layers!);
        Assert.Null(request.Description);
    }

    [Theory]
    [InlineData("UEsDBA==", 4)]
    [InlineData("UEsD", 3)]
    [InlineData("UE\\/D", 3)]
    [InlineData("UEsD\\nBA==", 4)]
    [InlineData("UE sD", 3)]
    [InlineData("", 0)]
    public void A_blob_is_base64_however_a_client_writes_it(string text, int length) =>
        Assert.Equal(length, ReadCode($$$"""{"Code":{"ZipFile":"{{{text}}}"}}""").Length);

    [Theory]
    [InlineData("\"UEsDBA\"")]
    [InlineData("\"UEsD====\"")]
    [InlineData("\"U===\"")]
    [InlineData("\"=\"")]
    [InlineData("\"UE=DBA==\"")]
    [InlineData("[80,75]")]
    [InlineData("{}")]
    [InlineData("1")]
    public void What_is_not_base64_names_its_member(string value)
    {
        AwsError error = Assert.Throws<AwsError>(() => ReadCode($$$$"""{"Code":{"ZipFile":{{{{value}}}}}}"""));
        Assert.StartsWith("The value of 'Code.ZipFile' has the wrong type", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_an_archive_takes_no_more_memory_than_the_archive()
    {
        byte[] archive = new byte[24 * 1024 * 1024];
        byte[] body = Encoding.UTF8.GetBytes($$$"""{"Code":{"ZipFile":"{{{Convert.ToBase64String(archive)}}}"}}""");
        long before = GC.GetAllocatedBytesForCurrentThread();
        byte[] read = RequestBody.Read(body, LambdaJson.Default.CreateFunctionRequest).Code!.ZipFile!;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(archive.Length, read.Length);
        Assert.InRange(allocated, archive.Length, archive.Length * 5L / 4);
    }

    private static byte[] ReadCode(string body) =>
        RequestBody.Read(Encoding.UTF8.GetBytes(body), LambdaJson.Default.CreateFunctionRequest).Code!.ZipFile!;
}
