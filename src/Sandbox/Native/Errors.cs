using System.Runtime.InteropServices;

namespace Lamina.Sandbox.Native;

internal static class Errors
{
    /// <summary>step, path, errno and its text, in the one form every failure of this room has.</summary>
    public static SandboxException Failed(string step, string path, int errno) =>
        new($"{step}{(path.Length > 0 ? " " + path : "")}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})") { Errno = errno, Step = step };
}
