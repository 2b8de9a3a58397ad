using System.Runtime.InteropServices;
using Lamina.Sandbox.Native;

namespace Lamina.Sandbox;

/// <summary>Starts lamina-jail: the only program the server ever starts itself, and it does so without forking.</summary>
internal static class JailProcess
{
    /// <summary>SERVER_FD in jail.h.</summary>
    private const int ServerFd = 3;

    /// <summary>posix_spawn_file_actions_t: 80 bytes in glibc and musl; more does no harm.</summary>
    private const int FileActionsSize = 256;

    private const int WNOHANG = 1;

    /// <summary>Process id, and our end of its socket.</summary>
    public static (int Pid, Descriptor Socket) Start(string jailPath, string runDirectory, string key)
    {
        var (ours, theirs) = Packets.CreatePair();
        using (theirs)
        {
            var errno = Spawn([jailPath, runDirectory, key], theirs, out var pid);
            if (errno == 0)
            {
                return (pid, ours);
            }

            ours.Dispose();
            throw Errors.Failed("posix_spawn", jailPath, errno);
        }
    }

    /// <summary>Reaps it once it has ended; true if there is nothing (more) to reap.</summary>
    public static unsafe bool TryReap(int pid)
    {
        int status;

        // SAFETY: the kernel writes one int.
        return LibC.WaitPid(pid, &status, WNOHANG) != 0;
    }

    private static unsafe int Spawn(string[] arguments, Descriptor socket, out int pid)
    {
        var actions = stackalloc byte[FileActionsSize];
        var texts = new nint[arguments.Length + 1];
        for (var i = 0; i < arguments.Length; i++)
        {
            texts[i] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
        }

        var referenced = false;
        try
        {
            socket.DangerousAddRef(ref referenced);
            int started;

            // SAFETY: actions is larger than the C type; argv is NUL-terminated and lives until the finally block; the jail
            // gets an empty environment, so no secret of the server's travels into it.
            fixed (nint* argv = texts)
            {
                nint none = 0;
                _ = LibC.FileActionsInit(actions);
                _ = LibC.FileActionsAddDup2(actions, socket.Number, ServerFd);
                var result = LibC.Spawn(&started, (byte*)texts[0], actions, null, (byte**)argv, (byte**)&none);
                _ = LibC.FileActionsDestroy(actions);
                pid = started;
                return result;
            }
        }
        finally
        {
            if (referenced)
            {
                socket.DangerousRelease();
            }

            foreach (var text in texts)
            {
                Marshal.FreeCoTaskMem(text);
            }
        }
    }
}
