using System.Runtime.Versioning;

namespace Lamina.Rooms.Tests.Cli;

[SupportedOSPlatform("linux")]
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("lamina-cli-test-").FullName;

    public string Write(string name, string text, UnixFileMode mode)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
