using System.Text;
using Lamina.Access.Signatures;

namespace Lamina.Rooms.Tests.Access;

public sealed class ConfiguredKeysTests
{
    [Fact]
    public void A_key_without_a_user_is_the_root_of_its_account()
    {
        ConfiguredKeys keys = Parse("""{"keys":[{"accessKeyId":"AKIDROOT","secretAccessKey":"12345678","account":"111122223333"}]}""");

        Assert.Equal("arn:aws:iam::111122223333:root", keys.Find("AKIDROOT")!.PrincipalArn);
        Assert.Null(keys.Find("AKIDOTHER"));
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{}", "lists no keys")]
    [InlineData("""{"keys":[{"accessKeyId":"A/B","secretAccessKey":"12345678","account":"111122223333"}]}""", "key 1: accessKeyId")]
    [InlineData("""{"keys":[{"accessKeyId":"AKID","secretAccessKey":"hunter2","account":"111122223333"}]}""", "at least 8 characters")]
    [InlineData("""{"keys":[{"accessKeyId":"AKID","secretAccessKey":"12345678","account":"1"}]}""", "12 digits")]
    [InlineData("""{"keys":[{"accessKeyId":"AKID","secretAccessKey":"12345678","account":"111122223333","user":"a b"}]}""", "user of AKID")]
    [InlineData("""{"keys":[{"accessKeyId":"AKID","secretKey":"12345678","account":"111122223333"}]}""", "not JSON of the form")]
    public void A_file_that_is_wrong_says_where_and_keeps_its_secrets(string json, string fault)
    {
        string message = Assert.Throws<FormatException>(() => Parse(json)).Message;

        Assert.Contains(fault, message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
        Assert.DoesNotContain("12345678", message, StringComparison.Ordinal);
    }

    private static ConfiguredKeys Parse(string json) => ConfiguredKeys.Parse(Encoding.UTF8.GetBytes(json));
}
