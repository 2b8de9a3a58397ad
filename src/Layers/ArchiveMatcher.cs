using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>
/// Finds what of a new archive stored ones have already, by comparing the bytes themselves: no hash, no inflating, no doubt.
/// What is equal is taken from there, and its content is known to be what it was when that archive was checked.
/// </summary>
internal sealed class ArchiveMatcher
{
    public const int ScratchBytes = 128 * 1024;

    // A shorter content costs more to name than to write.
    private const int WorthSharingBytes = 64;

    private readonly ArchiveSource _source;
    private readonly ArchiveEntry[] _entries;
    private readonly IReadOnlyList<ArchiveBase> _bases;
    private readonly long[] _ends;
    private readonly Match?[] _matches;

    public ArchiveMatcher(ArchiveSource source, ArchiveEntry[] entries, IReadOnlyList<ArchiveBase> bases)
    {
        _source = source;
        _entries = entries;
        _bases = bases;
        _ends = ArchiveBase.EndsOf(entries);
        _matches = new Match?[entries.Length];
    }

    /// <summary>Looks for an entry; the digest of its content when it is equal to one whose content was checked. Different entries from different threads.</summary>
    public Sha256? TryMatch(int index, Span<byte> scratch)
    {
        foreach (ArchiveBase stored in _bases)
        {
            foreach (int other in stored.CandidatesFor(_entries[index]))
            {
                if (Compare(index, stored, other, scratch) is { } match)
                {
                    _matches[index] = match;
                    bool sameContent = stored.Entries[other].Deflated == _entries[index].Deflated && _entries[index].Kind == OptEntryKind.File;
                    return sameContent ? stored.Digests[other] : null;
                }
            }
        }

        return null;
    }

    /// <summary>The whole archive as pieces; those of the file default(<see cref="Sha256"/>) are its own bytes, which are to be written in their order.</summary>
    public IReadOnlyList<ArchivePiece> ToPieces()
    {
        PieceList pieces = new();
        foreach (int index in ArchiveBase.ByOffset(_entries))
        {
            AddEntry(pieces, index);
        }

        Span<byte> scratch = new byte[2 * (CentralRecord.FixedBytes + (3 * ushort.MaxValue))];
        for (int i = 0; i < _entries.Length; i++)
        {
            AddRecord(pieces, i, scratch);
        }

        pieces.AddOwn(pieces.End, _source.Length - pieces.End);
        return pieces.ToList();
    }

    private Match? Compare(int index, ArchiveBase stored, int other, Span<byte> scratch)
    {
        ArchiveEntry mine = _entries[index];
        ArchiveEntry theirs = stored.Entries[other];
        long length = _ends[index] - mine.HeaderOffset;
        if (length == stored.Ends[other] - theirs.HeaderOffset
            && mine.DataOffset - mine.HeaderOffset == theirs.DataOffset - theirs.HeaderOffset
            && AreEqual(mine.HeaderOffset, stored.Reader, theirs.HeaderOffset, length, scratch))
        {
            return new Match(stored, other, IsWhole: true);
        }

        return mine.CompressedBytes >= WorthSharingBytes
            && AreEqual(mine.DataOffset, stored.Reader, theirs.DataOffset, mine.CompressedBytes, scratch)
            ? new Match(stored, other, IsWhole: false)
            : null;
    }

    private bool AreEqual(long offset, ArchiveReader stored, long storedOffset, long length, Span<byte> scratch)
    {
        int half = scratch.Length / 2;
        while (length > 0)
        {
            int part = (int)Math.Min(length, half);
            Span<byte> theirs = scratch[half..(half + part)];
            stored.ReadExactly(storedOffset, theirs);
            if (!_source.Take(offset, scratch[..part]).SequenceEqual(theirs))
            {
                return false;
            }

            offset += part;
            storedOffset += part;
            length -= part;
        }

        return true;
    }

    private void AddEntry(PieceList pieces, int index)
    {
        ArchiveEntry entry = _entries[index];
        pieces.AddOwn(pieces.End, entry.HeaderOffset - pieces.End);
        switch (_matches[index])
        {
            case { IsWhole: true } whole:
                pieces.AddStored(whole.Stored.Reader.PlacesOf(whole.Stored.Entries[whole.Index].HeaderOffset, _ends[index] - entry.HeaderOffset));
                break;
            case { } content:
                pieces.AddOwn(entry.HeaderOffset, entry.DataOffset - entry.HeaderOffset);
                pieces.AddStored(content.Stored.Reader.PlacesOf(content.Stored.Entries[content.Index].DataOffset, entry.CompressedBytes));
                break;
        }

        pieces.AddOwn(pieces.End, _ends[index] - pieces.End);
    }

    private void AddRecord(PieceList pieces, int index, Span<byte> scratch)
    {
        ArchiveEntry entry = _entries[index];
        if (_matches[index] is { } match
            && match.Stored.Find(entry.Path) is >= 0 and int other
            && match.Stored.Entries[other].RecordBytes == entry.RecordBytes
            && ShiftedPlace(match.Stored, other, entry, scratch) is { } place)
        {
            pieces.AddStored([place]);
        }
        else
        {
            pieces.AddOwn(pieces.End, entry.RecordBytes);
        }
    }

    /// <summary>The place of the other archive's record, and how far its header offset is from this one's, as it stands there in the file.</summary>
    private ArchivePiece? ShiftedPlace(ArchiveBase stored, int other, ArchiveEntry entry, Span<byte> scratch)
    {
        ArchivePiece place = stored.Reader.PlacesOf(stored.Entries[other].RecordOffset, entry.RecordBytes).First();
        if (place.Length < entry.RecordBytes)
        {
            return null;
        }

        int half = scratch.Length / 2;
        Span<byte> theirs = scratch[half..(half + entry.RecordBytes)];
        stored.Reader.ReadPlace(place, 0, theirs);
        long? shift = CentralRecord.ShiftBetween(theirs, _source.Take(entry.RecordOffset, scratch[..entry.RecordBytes]));
        return shift is null ? null : place with { Shift = shift };
    }

    private sealed record Match(ArchiveBase Stored, int Index, bool IsWhole);

    /// <summary>Pieces one behind the other; neighbours become one.</summary>
    private sealed class PieceList
    {
        private readonly List<ArchivePiece> _pieces = [];
        private long _ownBytes;

        public long End { get; private set; }

        public void AddOwn(long start, long length)
        {
            if (length > 0)
            {
                Add(new ArchivePiece(start, length, default, _ownBytes, Shift: null));
                _ownBytes += length;
            }
        }

        public void AddStored(IEnumerable<ArchivePiece> places)
        {
            foreach (ArchivePiece place in places)
            {
                Add(place);
            }
        }

        public IReadOnlyList<ArchivePiece> ToList() => _pieces;

        private void Add(ArchivePiece piece)
        {
            piece = piece with { Start = End };
            End += piece.Length;
            if (_pieces.Count > 0 && _pieces[^1].TryJoin(piece) is { } joined)
            {
                _pieces[^1] = joined;
            }
            else
            {
                _pieces.Add(piece);
            }
        }
    }
}
