using System.Diagnostics;

namespace Lamina.Rooms.Tests.Store;

/// <summary>A folder of one test, gone after it.</summary>
public sealed class TestFolder : IDisposable
{
    public TestFolder() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), $"lamina-test-{Guid.NewGuid():N}");

    public string Below(string name) => Path.Combine(Root, name);

    public void Dispose()
    {
        // rm and not Directory.Delete: some tests make folders without permissions and paths longer than PATH_MAX.
        using Process chmod = Process.Start("chmod", ["-R", "u+rwX", Root]);
        chmod.WaitForExit();
        using Process rm = Process.Start("rm", ["-rf", Root]);
        rm.WaitForExit();
    }
}
