using Lamina.Contract;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>
/// Writes the file of a stored archive anew, from the archive itself that was offered again. Others may take bytes from that file, so each
/// of its own bytes comes back to the place where it stood: what was damaged is whole again for all of them. What it took from other
/// files stays there if it is right there and can be held; the rest comes behind.
/// </summary>
internal sealed class ArchiveRepair(ArchiveStore archives, Sha256 digest, ArchiveSource whole)
{
    private readonly byte[] _scratch = new byte[2 * ArchiveMatcher.ScratchBytes];

    /// <summary>Whether the stored archive is this one, byte by byte.</summary>
    public bool IsIntact()
    {
        try
        {
            using ArchiveReader stored = archives.OpenRead(digest);
            return stored.Length == whole.Length && IsEqual(stored, 0, whole.Length);
        }
        catch (Exception damaged) when (damaged is IOException or InvalidDataException or AwsError)
        {
            return false;
        }
    }

    /// <param name="tryHold">Whether the file of this archive will stay. The caller has <see cref="ArchiveStore.Changing"/>.</param>
    public void Run(Func<Sha256, bool> tryHold)
    {
        using ArchiveWriter writer = archives.BeginWrite();
        if (archives.TryOpenPieces(digest) is { } file)
        {
            using (file)
            {
                WritePieces(writer, file, tryHold);
            }
        }
        else
        {
            writer.Write(whole, 0, whole.Length, CancellationToken.None);
        }

        writer.Flush();
        archives.Replace(digest, writer);
    }

    private void WritePieces(ArchiveWriter writer, SafeFileHandle file, Func<Sha256, bool> tryHold)
    {
        FileArchive old = new(file);
        if (ArchiveStore.TryReadRecipe(digest, file) is not { } recipe)
        {
            // Nobody knows any more what stood where: what others may still take stays in its place, damaged or not.
            writer.Write(old, 0, old.Length, CancellationToken.None);
            writer.WriteRecipe(new ArchiveRecipe([Append(writer, new ArchivePiece(0, whole.Length, digest, 0, Shift: null))]), digest);
            return;
        }

        WriteOwnBytes(writer, old, recipe);
        Dictionary<Sha256, SafeFileHandle> files = new() { [digest] = file };
        try
        {
            foreach (Sha256 source in recipe.SourcesOf(digest).Where(tryHold))
            {
                if (archives.TryOpenFile(source) is { } opened)
                {
                    files.Add(source, opened);
                }
            }

            // Disposed by the files.
            ArchiveReader stored = new(digest, recipe, files);
            ArchivePiece[] pieces = [.. recipe.Pieces.Select(piece => IsRight(piece, stored, files) ? piece : Append(writer, piece))];
            writer.WriteRecipe(new ArchiveRecipe(pieces), digest);
        }
        finally
        {
            foreach (SafeFileHandle source in files.Values.Where(opened => opened != file))
            {
                source.Dispose();
            }
        }
    }

    /// <summary>The stretch up to the recipe: what this archive knows of it from the archive itself, what only others know as it stands.</summary>
    private void WriteOwnBytes(ArchiveWriter writer, FileArchive old, ArchiveRecipe recipe)
    {
        foreach (ArchivePiece piece in recipe.Pieces.Where(IsOwn).OrderBy(static piece => piece.Offset))
        {
            if (piece.Offset > writer.Length)
            {
                writer.Write(old, writer.Length, piece.Offset - writer.Length, CancellationToken.None);
            }

            long known = writer.Length - piece.Offset;
            if (known < piece.Length)
            {
                writer.Write(whole, piece.Start + known, piece.Length - known, CancellationToken.None);
            }
        }

        long end = old.Length - ArchiveStore.RecipeBytes(old);
        writer.Write(old, writer.Length, Math.Max(0, end - writer.Length), CancellationToken.None);
    }

    private bool IsOwn(ArchivePiece piece) => piece.File == digest && piece.Shift is null;

    /// <summary>Own pieces are right since <see cref="WriteOwnBytes"/>.</summary>
    private bool IsRight(in ArchivePiece piece, ArchiveReader stored, Dictionary<Sha256, SafeFileHandle> files)
    {
        if (IsOwn(piece) || !files.ContainsKey(piece.File))
        {
            return IsOwn(piece);
        }

        try
        {
            return piece.End <= whole.Length && IsEqual(stored, piece.Start, piece.Length);
        }
        catch (Exception cutOff) when (cutOff is InvalidDataException or AwsError)
        {
            return false;
        }
    }

    private ArchivePiece Append(ArchiveWriter writer, in ArchivePiece piece)
    {
        long place = writer.Length;
        writer.Write(whole, piece.Start, piece.Length, CancellationToken.None);
        return piece with { File = digest, Offset = place, Shift = null };
    }

    private bool IsEqual(ArchiveReader stored, long offset, long length)
    {
        Span<byte> theirs = _scratch.AsSpan(0, ArchiveMatcher.ScratchBytes);
        Span<byte> mine = _scratch.AsSpan(ArchiveMatcher.ScratchBytes);
        for (int part; length > 0; offset += part, length -= part)
        {
            part = (int)Math.Min(length, ArchiveMatcher.ScratchBytes);
            stored.ReadExactly(offset, theirs[..part]);
            if (!whole.Take(offset, mine[..part]).SequenceEqual(theirs[..part]))
            {
                return false;
            }
        }

        return true;
    }
}
