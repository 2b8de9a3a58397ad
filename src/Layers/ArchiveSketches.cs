using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>
/// The sketches of all stored archives, in memory, and in one file to which they are appended. Only a help: a lost sketch costs sharing,
/// a wrong one a comparison in vain.
/// </summary>
internal sealed class ArchiveSketches : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Sha256, (ArchiveSketch Sketch, long Order)> _sketches = [];
    private readonly Dictionary<ulong, Sha256> _newest = [];
    private readonly FileStream _file;
    private long _order;

    public ArchiveSketches(string path, Func<Sha256, bool> isStored)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        byte[] record = new byte[ArchiveSketch.RecordBytes];
        while (_file.ReadAtLeast(record, record.Length, throwOnEndOfStream: false) == record.Length)
        {
            ArchiveSketch sketch = ArchiveSketch.Read(record);
            if (isStored(sketch.Archive.Digest))
            {
                Remember(sketch);
            }
        }

        // A torn last record is written over.
        _file.Position = _file.Length / record.Length * record.Length;
    }

    public bool Contains(Sha256 archive)
    {
        lock (_lock)
        {
            return _sketches.ContainsKey(archive);
        }
    }

    public void Add(ArchiveSketch sketch)
    {
        lock (_lock)
        {
            if (_sketches.ContainsKey(sketch.Archive.Digest))
            {
                return;
            }

            Span<byte> record = stackalloc byte[ArchiveSketch.RecordBytes];
            sketch.WriteTo(record);
            _file.Write(record);
            _file.Flush();
            Remember(sketch);
        }
    }

    /// <summary>The archives that have most keys in common with these; of equally similar ones the newest first.</summary>
    public IReadOnlyList<StoredArchive> FindSimilar(ulong[] keys, int count)
    {
        Dictionary<Sha256, int> votes = [];
        lock (_lock)
        {
            foreach (ulong key in keys)
            {
                if (_newest.TryGetValue(key, out Sha256 archive))
                {
                    votes[archive] = votes.GetValueOrDefault(archive) + 1;
                }
            }

            return [.. votes
                .OrderByDescending(static vote => vote.Value)
                .ThenByDescending(vote => _sketches[vote.Key].Order)
                .Take(count)
                .Select(vote => _sketches[vote.Key].Sketch.Archive)];
        }
    }

    /// <summary>An archive whose files make this tree, if one is known.</summary>
    public StoredArchive? FindByTree(Sha256 tree)
    {
        lock (_lock)
        {
            return _sketches.Values.Select(static known => known.Sketch.Archive).FirstOrDefault(archive => archive.Tree == tree);
        }
    }

    /// <summary>Forgets deleted archives, and writes the file anew without them.</summary>
    public void Remove(IReadOnlyCollection<Sha256> archives)
    {
        lock (_lock)
        {
            foreach (Sha256 archive in archives)
            {
                _sketches.Remove(archive);
            }

            ArchiveSketch[] left = [.. _sketches.Values.OrderBy(static known => known.Order).Select(static known => known.Sketch)];
            _sketches.Clear();
            _newest.Clear();
            _file.SetLength(0);
            byte[] record = new byte[ArchiveSketch.RecordBytes];
            foreach (ArchiveSketch sketch in left)
            {
                sketch.WriteTo(record);
                _file.Write(record);
                Remember(sketch);
            }

            _file.Flush();
        }
    }

    public void Dispose() => _file.Dispose();

    private void Remember(ArchiveSketch sketch)
    {
        _sketches[sketch.Archive.Digest] = (sketch, ++_order);
        foreach (ulong key in sketch.Keys)
        {
            _newest[key] = sketch.Archive.Digest;
        }
    }
}
