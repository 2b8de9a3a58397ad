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
}
