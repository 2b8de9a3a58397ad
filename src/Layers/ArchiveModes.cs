using System.Buffers.Binary;

namespace Lamina.Layers;

/// <summary>What kind of file an entry is and which permissions it has.</summary>
/// <remarks>
/// Made on Unix (or macOS): the twelve permission bits exactly, set-user-id and the like included; those have no effect in a sandbox,
/// whose mounts are nosuid and whose processes have no_new_privs. Made elsewhere, or with no mode at all (some libraries leave it 0):
/// what unzip gives under the usual umask: 0644, folders 0755, without the write bits when DOS's read-only bit is set.
/// </remarks>
internal static class ArchiveModes
{
    public const int DefaultFolder = 0x1ED;
    private const int DefaultFile = 0x1A4;
    private const int ReadOnlyMask = 0x16D;
    private const int PermissionBits = 0xFFF;
    private const uint DosReadOnly = 0x01;
    private const byte UnixHost = 3;
    private const byte DarwinHost = 19;

    // FAT, OS/2 HPFS, NTFS and VFAT: the hosts that use '\' and know no modes (APPNOTE 4.4.2).
    private static readonly byte[] DosHosts = [0, 6, 10, 14];

    public static bool MadeOnDos(byte host) => Array.IndexOf(DosHosts, host) >= 0;

    public static (OptEntryKind Kind, int Mode) Of(in CentralRecord record, string name, bool isFolder)
    {
        int mode = record.MadeByHost is UnixHost or DarwinHost ? (int)(record.ExternalAttributes >> 16) : 0;
        OptEntryKind kind = KindOf(mode, name, isFolder);
        RefuseHardLink(record.Extra, name, kind);
        if (kind == OptEntryKind.Directory && record.SizeBytes != 0)
        {
            throw ArchiveFault.At(name, "it is a folder with content.");
        }

        // A symbolic link has no permissions of its own on Linux.
        return kind == OptEntryKind.Symlink ? (kind, 0x1FF) : (kind, PermissionsOf(record, mode, kind));
    }

    private static int PermissionsOf(in CentralRecord record, int mode, OptEntryKind kind)
    {
        if (mode != 0)
        {
            return mode & PermissionBits;
        }

        int usual = kind == OptEntryKind.Directory ? DefaultFolder : DefaultFile;
        bool readOnly = MadeOnDos(record.MadeByHost) && (record.ExternalAttributes & DosReadOnly) != 0;
        return readOnly ? usual & ReadOnlyMask : usual;
    }

    private static OptEntryKind KindOf(int mode, string name, bool isFolder) => (mode & 0xF000) switch
    {
        0x0000 or 0x8000 => isFolder ? OptEntryKind.Directory : OptEntryKind.File,
        0x4000 => OptEntryKind.Directory,
        0xA000 when !isFolder => OptEntryKind.Symlink,
        0xA000 => throw ArchiveFault.At(name, "it is a symbolic link with the name of a folder."),
        0x2000 or 0x6000 => throw ArchiveFault.At(name, "it is a device."),
        0x1000 => throw ArchiveFault.At(name, "it is a pipe."),
        0xC000 => throw ArchiveFault.At(name, "it is a socket."),
        _ => throw ArchiveFault.At(name, "it is neither a file, a folder nor a symbolic link."),
    };

    /// <summary>
    /// Zips can name another entry to link to in PKWARE's Unix field (12 bytes, then the link) and in the ASi one
    /// (CRC, mode, 4 bytes length of the link, ids, then the link).
    /// </summary>
    private static void RefuseHardLink(ReadOnlySpan<byte> extra, string name, OptEntryKind kind)
    {
        ReadOnlySpan<byte> asi = CentralRecord.Find(extra, 0x756E);
        bool linked = CentralRecord.Find(extra, 0x000D).Length > 12
            || (asi.Length > 14 && BinaryPrimitives.ReadUInt32LittleEndian(asi[6..]) != 0);
        if (linked && kind != OptEntryKind.Symlink)
        {
            throw ArchiveFault.At(name, "it is a hard link.");
        }
    }
}
