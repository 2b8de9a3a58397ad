using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Store;

/// <summary>
/// The file calls of Linux that .NET does not offer: durable folders, hard links, and paths relative to an open folder
/// (an archive may name paths that only fit below PATH_MAX when they are relative).
/// Failures are an <see cref="IOException"/> whose HResult is the errno.
/// </summary>
public static partial class LinuxFiles
{
    public const int EACCES = 13;
    public const int EEXIST = 17;
    public const int ENOENT = 2;
    public const int EMLINK = 31;
    public const int ENOTEMPTY = 39;

    private const int O_RDONLY = 0;
    private const int O_WRONLY = 1;
    private const int O_CREAT = 0x40;
    private const int O_EXCL = 0x80;
    private const int O_CLOEXEC = 0x80000;
    private const uint CharacterDevice = 0x2000;
    private const int AT_REMOVEDIR = 0x200;
    private const int AT_SYMLINK_NOFOLLOW = 0x100;
    private const uint STATX_BASIC_STATS = 0x7FF;

    // These two differ between the instruction sets (asm-generic/fcntl.h against arch/arm64/include/uapi/asm/fcntl.h).
    private static readonly int O_DIRECTORY = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
    // Nobody changes it while the process runs. Most files have none of its bits, and changing a mode costs as much as making the file.
    private static readonly int Umask = ReadUmask();

    private static readonly int O_NOFOLLOW = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Opens a folder, never through a symbolic link as its last component.</summary>
    public static SafeFileHandle OpenFolder(string path)
    {
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
        return Opened(fd, path);
    }

    public static SafeFileHandle OpenFolder(SafeFileHandle folder, string path)
    {
        int fd = openat(folder, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
        return Opened(fd, path);
    }

    /// <summary>Makes a new file for writing, with exactly these permission bits; an existing one, or a symbolic link, is an error.</summary>
    public static SafeFileHandle CreateFile(SafeFileHandle folder, string path, int mode)
    {
        int fd = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (uint)mode & 0x1FF);
        SafeFileHandle file = Opened(fd, path);
        if ((mode & Umask) != 0)
        {
            SetMode(file, mode & 0x1FF);
        }

        return file;
    }

    public static SafeFileHandle OpenFile(SafeFileHandle folder, string path)
    {
        int fd = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
        return Opened(fd, path);
    }

    /// <summary>Makes the entries of a folder durable.</summary>
    public static void FlushFolder(string path)
    {
        using SafeFileHandle folder = OpenFolder(path);
        Check(fsync(folder), path);
    }

    /// <summary>Makes everything written so far to the file system of this folder durable.</summary>
    public static void FlushFileSystem(SafeFileHandle folder) => Check(syncfs(folder), "syncfs");

    public static void CreateFolder(SafeFileHandle folder, string path) => Check(mkdirat(folder, path, 0x1C0), path);

    public static void CreateSymlink(SafeFileHandle folder, string path, string target) =>
        Check(symlinkat(target, folder, path), path);

    /// <summary>Makes what overlayfs takes for a removed name: a device 0/0, for which nobody needs a right (Linux 5.8).</summary>
    public static void CreateWhiteout(SafeFileHandle folder, string path) => Check(mknodat(folder, path, CharacterDevice, 0), path);

    /// <summary>Sets an extended attribute in the namespace <c>user.</c> to one letter.</summary>
    public static void SetUserAttribute(SafeFileHandle file, string name, byte letter) =>
        Check(fsetxattr(file, $"user.{name}", [letter], 1, 0), $"user.{name}");

    /// <summary>False also where the file system keeps no such attributes.</summary>
    public static bool HasUserAttribute(SafeFileHandle file, string name) => fgetxattr(file, $"user.{name}", null, 0) >= 0;

    public static void SetMode(SafeFileHandle file, int mode) => Check(fchmod(file, (uint)mode), "fchmod");

    /// <summary>Follows a symbolic link: only for paths known to be folders.</summary>
    public static void SetMode(SafeFileHandle folder, string path, int mode) => Check(fchmodat(folder, path, (uint)mode, 0), path);

    public static void SetTimes(SafeFileHandle file, DateTimeOffset time)
    {
        Timespec at = new() { Seconds = time.ToUnixTimeSeconds() };
        Check(futimens(file, [at, at]), "futimens");
    }

    /// <summary>Makes a hard link. Returns the errno, 0 when it worked: callers choose on EEXIST, ENOENT and EMLINK.</summary>
    public static int TryLink(SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to)
    {
        int result = linkat(fromFolder, from, toFolder, to, 0);
        int errno = Marshal.GetLastPInvokeError();
        return result == 0 ? 0 : errno;
    }

    /// <summary>Renames, replacing what is there. Returns the errno, 0 when it worked.</summary>
    public static int TryRename(SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to)
    {
        int result = renameat(fromFolder, from, toFolder, to);
        int errno = Marshal.GetLastPInvokeError();
        return result == 0 ? 0 : errno;
    }

    /// <summary>What the kernel knows of a file, never through a symbolic link; null when there is none.</summary>
    public static FileStatus? TryRead(SafeFileHandle folder, string path)
    {
        int result = statx(folder, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, out Statx status);
        int errno = Marshal.GetLastPInvokeError();
        if (result == 0)
        {
            uint device = status.DeviceMajor | status.DeviceMinor;
            return new FileStatus(status.Inode, status.Links, (long)status.Size, (long)status.Blocks * 512, status.Mode, device);
        }

        return errno == ENOENT ? null : throw Error(errno, path);
    }

    public static void DeleteFile(SafeFileHandle folder, string path) => Check(unlinkat(folder, path, 0), path);

    public static void DeleteFolder(SafeFileHandle folder, string path) => Check(unlinkat(folder, path, AT_REMOVEDIR), path);

    public static IOException Error(int errno, string path) =>
        new($"{path}: {new Win32Exception(errno).Message} (errno {errno})", errno);

    /// <summary>All bits when it cannot be read: then every mode is set explicitly.</summary>
    private static int ReadUmask()
    {
        const string Field = "Umask:";
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(static line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is null ? 0xFFF : Convert.ToInt32(line[Field.Length..].Trim(), 8);
    }

    private static SafeFileHandle Opened(int fd, string path)
    {
        int errno = Marshal.GetLastPInvokeError();
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Error(errno, path);
    }

    private static void Check(int result, string path)
    {
        int errno = Marshal.GetLastPInvokeError();
        if (result != 0)
        {
            throw Error(errno, path);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct statx, the same on every architecture (include/uapi/linux/stat.h).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(48)]
        public ulong Blocks;

        [FieldOffset(128)]
        public uint DeviceMajor;

        [FieldOffset(132)]
        public uint DeviceMinor;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int statx(SafeFileHandle folder, string path, int flags, uint mask, out Statx status);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int openat(SafeFileHandle folder, string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int syncfs(SafeFileHandle file);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int mkdirat(SafeFileHandle folder, string path, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int symlinkat(string target, SafeFileHandle folder, string path);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int mknodat(SafeFileHandle folder, string path, uint mode, ulong device);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial nint fgetxattr(SafeFileHandle file, string name, byte[]? value, nuint size);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int fsetxattr(SafeFileHandle file, string name, [In] byte[] value, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(SafeFileHandle file, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int fchmodat(SafeFileHandle folder, string path, uint mode, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int futimens(SafeFileHandle file, [In] Timespec[] times);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int linkat(SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to, int flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int renameat(SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int unlinkat(SafeFileHandle folder, string path, int flags);
}

/// <param name="DiskBytes">What it takes on the disk.</param>
/// <param name="Mode">Kind and permissions, as stat(2) has them.</param>
/// <param name="Device">Of a device node: its numbers, one over the other; 0 when both are 0.</param>
public readonly record struct FileStatus(ulong Inode, long Links, long SizeBytes, long DiskBytes, int Mode, uint Device)
{
    private const int KindBits = 0xF000;

    public bool IsFile => (Mode & KindBits) == 0x8000;

    public bool IsFolder => (Mode & KindBits) == 0x4000;

    /// <summary>How overlayfs says that a name of a lower layer is gone: a character device 0/0.</summary>
    public bool IsWhiteout => (Mode & KindBits) == 0x2000 && Device == 0;
}
