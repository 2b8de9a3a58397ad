using System.Text;
using System.Text.Unicode;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>Turns the name of a zip's entry into a path that cannot leave the tree.</summary>
internal static class ArchiveNames
{
    private const ushort Utf8Flag = 0x0800;

    // Upper half of code page 437, the one APPNOTE D.1 names for entries without the UTF-8 flag.
    private const string Cp437Upper =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

    /// <summary>The name for messages, whatever its bytes are.</summary>
    public static string Display(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    /// <summary>
    /// The bytes as text. Without the UTF-8 flag unzip on Linux keeps the bytes as they are, so valid UTF-8 stays what it is;
    /// other bytes are code page 437.
    /// </summary>
    public static string Decode(in CentralRecord record)
    {
        ReadOnlySpan<byte> unicode = record.UnicodePath();
        ReadOnlySpan<byte> name = unicode.IsEmpty ? record.Name : unicode;
        if (Utf8.IsValid(name))
        {
            return Encoding.UTF8.GetString(name);
        }

        if ((record.Flags & Utf8Flag) != 0 || !unicode.IsEmpty)
        {
            throw ArchiveFault.At(Display(name), "its name is marked as UTF-8 but is not.");
        }

        return string.Create(name.Length, name, static (text, bytes) =>
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                text[i] = bytes[i] < 0x80 ? (char)bytes[i] : Cp437Upper[bytes[i] - 0x80];
            }
        });
    }

    /// <summary>The path without empty and "." components, and whether the name says "folder" by a slash at its end.</summary>
    public static (string Path, bool IsFolder) Parse(string name, bool madeOnDos)
    {
        // PKZIP on DOS and a few Windows programs separate by '\'; elsewhere it is a character like any other. As unzip does.
        string path = madeOnDos && !name.Contains('/', StringComparison.Ordinal) ? name.Replace('\\', '/') : name;
        if (path.Length == 0)
        {
            throw ArchiveFault.At(name, "it has no name.");
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw ArchiveFault.At(name, "its name contains a NUL.");
        }

        bool driveLetter = madeOnDos && path is [_, ':', ..];
        if (path[0] == '/' || driveLetter)
        {
            throw ArchiveFault.At(name, "its name is absolute.");
        }

        string plain = IsPlain(path) ? path : Rejoin(name, path);
        if (Encoding.UTF8.GetByteCount(plain) > Limits.ArchivePathBytes)
        {
            throw ArchiveFault.At(name, $"its path is longer than {Limits.ArchivePathBytes} bytes.");
        }

        return (plain, path[^1] == '/');
    }

    /// <summary>Nearly all names: short ones without anything that could be an odd component.</summary>
    private static bool IsPlain(string path) =>
        path.Length <= Limits.ArchiveNameBytes / 3
        && path[0] != '.'
        && path[^1] != '/'
        && !path.Contains("//", StringComparison.Ordinal)
        && !path.Contains("/.", StringComparison.Ordinal);

    private static string Rejoin(string name, string path)
    {
        List<string> components = [];
        foreach (string component in path.Split('/'))
        {
            if (component is "" or ".")
            {
                continue;
            }

            if (component == "..")
            {
                throw ArchiveFault.At(name, "its name leaves the archive by \"..\".");
            }

            if (Encoding.UTF8.GetByteCount(component) > Limits.ArchiveNameBytes)
            {
                throw ArchiveFault.At(name, $"a part of its name is longer than {Limits.ArchiveNameBytes} bytes.");
            }

            components.Add(component);
        }

        return string.Join('/', components);
    }
}
