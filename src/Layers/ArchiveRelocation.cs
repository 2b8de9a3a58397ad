using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>
/// Moves what living archives take from a dead one's file into their own files, so that the dead one can go. A stretch that several take
/// moves once: the first gets it, the others take it from there.
/// </summary>
internal sealed class ArchiveRelocation(ArchiveStore archives, Sha256 dead)
{
    // Disjoint, by their place in the dead file.
    private readonly SortedList<long, (long Length, Sha256 File, long Offset)> _moved = [];

    /// <summary>How many bytes of the dead file the recipes take together.</summary>
    public static long BytesTaken(Sha256 dead, IEnumerable<ArchiveRecipe> recipes)
    {
        long taken = 0;
        long end = 0;
        foreach (ArchivePiece piece in recipes.SelectMany(static recipe => recipe.Pieces).Where(piece => piece.File == dead).OrderBy(static piece => piece.Offset))
        {
            taken += Math.Max(0, piece.Offset + piece.Length - Math.Max(end, piece.Offset));
            end = Math.Max(end, piece.Offset + piece.Length);
        }

        return taken;
    }

    /// <summary>Writes the archive's file anew: its own bytes stay at their places, which others may name; what moves comes behind them.</summary>
    public void Rewrite(Sha256 archive, CancellationToken cancellationToken)
    {
        using ArchiveReader reader = archives.OpenRead(archive);
        using ArchiveWriter writer = archives.BeginWrite();
        reader.CopyOwnBytes(writer, cancellationToken);
        List<ArchivePiece> pieces = [];
        foreach (ArchivePiece piece in reader.Recipe.Pieces)
        {
            pieces.AddRange(piece.File == dead ? Move(piece, archive, reader, writer) : [piece]);
        }

        writer.WriteRecipe(new ArchiveRecipe(pieces), archive);
        writer.Flush();
        archives.Replace(archive, writer);
    }

    private List<ArchivePiece> Move(ArchivePiece piece, Sha256 archive, ArchiveReader reader, ArchiveWriter writer)
    {
        List<ArchivePiece> parts = [];
        while (piece.Length > 0)
        {
            ArchivePiece part = FindMoved(piece) ?? MoveGap(piece, archive, reader, writer);
            parts.Add(part);
            piece = piece with { Start = part.End, Offset = piece.Offset + part.Length, Length = piece.Length - part.Length };
        }

        return parts;
    }

    /// <summary>The beginning of the piece in its new place, when it has moved before. Records of a directory only whole pieces at a time.</summary>
    private ArchivePiece? FindMoved(ArchivePiece piece)
    {
        foreach ((long offset, (long length, Sha256 file, long moved)) in _moved)
        {
            if (offset <= piece.Offset && piece.Offset < offset + length)
            {
                long part = Math.Min(piece.Length, offset + length - piece.Offset);
                return piece.Shift is null || part == piece.Length
                    ? piece with { File = file, Offset = moved + piece.Offset - offset, Length = part }
                    : null;
            }
        }

        return null;
    }

    /// <summary>Copies up to the next stretch that has moved before.</summary>
    private ArchivePiece MoveGap(ArchivePiece piece, Sha256 archive, ArchiveReader reader, ArchiveWriter writer)
    {
        long next = _moved.Keys.FirstOrDefault(offset => offset > piece.Offset, long.MaxValue);
        ArchivePiece part = piece.Shift is null ? piece with { Length = Math.Min(piece.Length, next - piece.Offset) } : piece;
        long place = writer.Length;
        byte[] buffer = new byte[Math.Min(part.Length, ArchiveMatcher.ScratchBytes)];
        for (long done = 0; done < part.Length; done += buffer.Length)
        {
            Span<byte> bytes = buffer.AsSpan(0, (int)Math.Min(buffer.Length, part.Length - done));
            reader.ReadPlace(part, done, bytes);
            writer.Write(bytes);
        }

        if (part.Offset + part.Length <= next)
        {
            _moved.TryAdd(part.Offset, (part.Length, archive, place));
        }

        return part with { File = archive, Offset = place };
    }
}
