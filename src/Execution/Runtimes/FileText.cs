using System.Buffers;
using System.Text;

namespace Lamina.Execution;

/// <summary>Finds a short text in a program file, reading it in pieces.</summary>
internal static class FileText
{
    private const int PieceBytes = 1024 * 1024;
    private const int MaxTextBytes = 32;

    /// <summary>The run of <paramref name="allowed"/> characters behind the first <paramref name="marker"/> that has one; null when there is none.</summary>
    public static string? FindAfter(string path, string marker, string allowed)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(marker);
        var characters = SearchValues.Create(Encoding.ASCII.GetBytes(allowed));
        byte[] buffer = new byte[PieceBytes];
        using FileStream file = File.OpenRead(path);
        int kept = 0;
        for (int read; (read = file.Read(buffer, kept, buffer.Length - kept)) > 0;)
        {
            Span<byte> piece = buffer.AsSpan(0, kept + read);
            if (FindIn(piece, wanted, characters) is { } text)
            {
                return text;
            }

            // A match may lie across two pieces: the end of this one is looked at again.
            kept = Math.Min(piece.Length, wanted.Length + MaxTextBytes);
            piece[^kept..].CopyTo(buffer);
        }

        return null;
    }

    private static string? FindIn(ReadOnlySpan<byte> piece, ReadOnlySpan<byte> wanted, SearchValues<byte> characters)
    {
        for (int at; (at = piece.IndexOf(wanted)) >= 0;)
        {
            piece = piece[(at + wanted.Length)..];
            int length = piece.IndexOfAnyExcept(characters);
            if (length is > 0 and <= MaxTextBytes)
            {
                return Encoding.ASCII.GetString(piece[..length]);
            }
        }

        return null;
    }
}
