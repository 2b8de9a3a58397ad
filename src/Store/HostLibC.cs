using System.Runtime.InteropServices;

namespace Lamina.Store;

/// <summary>The C library of this machine, which functions run with here.</summary>
public static partial class HostLibC
{
    /// <summary>Its version, for example 2.36; null where the C library is not the GNU one.</summary>
    public static Version? Glibc { get; } = Read();

    private static Version? Read()
    {
        try
        {
            return Version.TryParse(Marshal.PtrToStringUTF8(gnu_get_libc_version()), out Version? version) ? version : null;
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such function.
            return null;
        }
    }

    [LibraryImport("libc")]
    private static partial nint gnu_get_libc_version();
}
