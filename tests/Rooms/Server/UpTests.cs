using System.Globalization;
using System.Net;
using Lamina.Server.Up;

namespace Lamina.Rooms.Tests.Server;

public sealed class UpTests
{
    [Theory]
    [InlineData("127.0.0.1:4566", "127.0.0.1:4566")]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("[::1]:80", "[::1]:80")]
    public void An_address_of_this_machine_is_taken(string text, string endpoint) =>
        Assert.Equal(IPEndPoint.Parse(endpoint), ListenAddress.Parse(text, hasKeys: false));

    [Theory]
    [InlineData("0.0.0.0:4566", "access keys")]
    [InlineData("192.168.1.1:4566", "access keys")]
    [InlineData("[::]:4566", "access keys")]
    [InlineData("4566", "HOST:PORT")]
    [InlineData("localhost:99999", "HOST:PORT")]
    [InlineData("example.com:80", "neither")]
    public void Any_other_address_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<UpException>(() => ListenAddress.Parse(text, hasKeys: false)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0.0.0.0:4566")]
    [InlineData("[::]:0")]
    public void With_keys_every_address_is_taken(string text) => Assert.Equal(IPEndPoint.Parse(text), ListenAddress.Parse(text, hasKeys: true));

    [Fact]
    public void A_file_of_keys_is_its_owners_alone()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(path, """{"keys":[{"accessKeyId":"AKID","secretAccessKey":"12345678","account":"111122223333"}]}""");
        try
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            Assert.Contains($"chmod 600 {path}", Assert.Throws<UpException>(() => KeyFile.Read(path)).Message, StringComparison.Ordinal);
            File.SetUnixFileMode(path, UnixFileMode.UserRead);
            Assert.NotNull(KeyFile.Read(path).Find("AKID"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_data_folder_has_one_holder_whose_pid_is_told()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("lamina-folder-").FullName, "data");
        using (DataFolder.Take(path))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
            UpException refusal = Assert.Throws<UpException>(() => DataFolder.Take(path));
            Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"pid {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}", refusal.Message, StringComparison.Ordinal);
        }

        DataFolder.Take(path).Dispose();
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
