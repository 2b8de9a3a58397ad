using System.Collections.Concurrent;
using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

public sealed class ArchiveNotFoundException(Sha256 digest) : IOException($"The archive {digest} is not in the store.")
{
    public Sha256 Digest { get; } = digest;
}

/// <summary>
/// The archives: zips named by their SHA-256, given back byte by byte, durable. Each has one file: <c>DIGEST.zip</c> is the zip itself;
/// <c>DIGEST.pieces</c> has what this zip has alone, and a recipe (<see cref="ArchiveRecipe"/>) that takes the rest from other archives' files.
/// A recipe names only bytes that really stand in a file, so putting together never goes deeper than one step.
/// </summary>
/// <remarks>One process owns the folder. An archive is deleted by the collector only, and never while a lease holds it.</remarks>
public sealed class ArchiveStore : IDisposable
{
    private const string WholeExtension = ".zip";
    private const string PiecesExtension = ".pieces";

    private readonly string _directory;
    private readonly string _temporary;
    private readonly ConcurrentDictionary<Sha256, string> _extensions = new();

    private ArchiveStore(string directory)
    {
        _directory = Path.GetFullPath(directory);
        _temporary = Path.Combine(_directory, "tmp");
        Directory.CreateDirectory(_directory);
        if (Directory.Exists(_temporary))
        {
            Directory.Delete(_temporary, recursive: true);
        }

        Directory.CreateDirectory(_temporary);
        foreach (string path in Directory.EnumerateFiles(_directory))
        {
            if (Path.GetExtension(path) is WholeExtension or PiecesExtension
                && Sha256.TryParse(Path.GetFileNameWithoutExtension(path), out Sha256 digest))
            {
                _extensions[digest] = Path.GetExtension(path);
            }
        }

        Sketches = new ArchiveSketches(Path.Combine(_directory, "sketches"), _extensions.ContainsKey);
        LinuxFiles.FlushFolder(_directory);
        LinuxFiles.FlushFolder(Path.GetDirectoryName(_directory)!);
    }

    public DigestLeases Leases { get; } = new();

    internal ArchiveSketches Sketches { get; }

    public static ArchiveStore Open(LayersDirectories directories) => new(directories.Archives);

    public bool Contains(Sha256 digest) => _extensions.ContainsKey(digest);

    public IReadOnlyCollection<Sha256> List() => [.. _extensions.Keys];

    /// <summary>The archive as a stream that can be positioned. Throws <see cref="ArchiveNotFoundException"/>, or <see cref="InvalidDataException"/> for a damaged one.</summary>
    public Stream OpenStream(Sha256 digest) => new ArchiveStream(OpenRead(digest));

    /// <summary>As <see cref="OpenStream"/>, of an archive that was read once and is what was stored: damage is found before the first byte goes out.</summary>
    public Stream OpenVerified(Sha256 digest, CancellationToken cancellationToken)
    {
        ArchiveReader archive = OpenRead(digest);
        try
        {
            return ArchiveHash.Of(archive, cancellationToken) == digest ? new ArchiveStream(archive) : throw Damaged(digest);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    public void Dispose() => Sketches.Dispose();

    /// <summary>Bytes of the archive's own file.</summary>
    internal long FileBytes(Sha256 digest)
    {
        FileInfo file = new(PathOf(digest));
        return file.Exists ? file.Length : 0;
    }

    internal ArchiveReader OpenRead(Sha256 digest)
    {
        Dictionary<Sha256, SafeFileHandle> files = [];
        try
        {
            ArchiveRecipe recipe = OpenOwn(digest, files);
            foreach (Sha256 source in recipe.SourcesOf(digest))
            {
                OpenSource(digest, source, files);
            }

            return new ArchiveReader(digest, recipe, files);
        }
        catch
        {
            foreach (SafeFileHandle file in files.Values)
            {
                file.Dispose();
            }

            throw;
        }
    }

    internal ArchiveRecipe ReadRecipe(Sha256 digest)
    {
        Dictionary<Sha256, SafeFileHandle> files = [];
        ArchiveRecipe recipe = OpenOwn(digest, files);
        files[digest].Dispose();
        return recipe;
    }

    /// <summary>Reads all of an archive. Throws <see cref="InvalidDataException"/> when it is not what was stored.</summary>
    internal void Verify(Sha256 digest, CancellationToken cancellationToken)
    {
        using Stream verified = OpenVerified(digest, cancellationToken);
    }

    internal ArchiveWriter BeginWrite() => new(Path.Combine(_temporary, Guid.NewGuid().ToString("N")));

    /// <summary>Makes a written and flushed file visible as this archive, durably. The caller holds the archive by a lease.</summary>
    internal void Publish(Sha256 digest, ArchiveWriter written)
    {
        if (_extensions.ContainsKey(digest))
        {
            // Whoever stored it may not have come to the flush yet.
            LinuxFiles.FlushFolder(_directory);
            return;
        }

        Replace(digest, written);
    }

    /// <summary>Puts a new form of an archive in the place of the one there is, if any.</summary>
    internal void Replace(Sha256 digest, ArchiveWriter written)
    {
        string extension = written.HasRecipe ? PiecesExtension : WholeExtension;
        written.MoveTo(Path.Combine(_directory, digest + extension));
        LinuxFiles.FlushFolder(_directory);
        if (_extensions.TryGetValue(digest, out string? before) && before != extension)
        {
            File.Delete(Path.Combine(_directory, digest + before));
        }

        _extensions[digest] = extension;
    }

    /// <summary>The caller makes sure that nothing needs it (<see cref="DigestLeases.TryDelete"/>).</summary>
    internal void Delete(Sha256 digest)
    {
        File.Delete(PathOf(digest));
        _extensions.TryRemove(digest, out _);
    }

    /// <summary>Takes in a zip that a blob store of version 0.1 holds, as it is.</summary>
    internal void Adopt(Sha256 digest, Stream blob)
    {
        using ArchiveWriter writer = BeginWrite();
        byte[] buffer = new byte[ArchiveMatcher.ScratchBytes];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int count = blob.Read(buffer); count > 0; count = blob.Read(buffer))
        {
            hash.AppendData(buffer, 0, count);
            writer.Write(buffer.AsSpan(0, count));
        }

        if (new Sha256(hash.GetHashAndReset()) != digest)
        {
            throw Damaged(digest);
        }

        writer.Flush();
        Publish(digest, writer);
    }

    private static InvalidDataException Damaged(Sha256 digest) =>
        new($"The archive {digest} is damaged: its content is no longer what was stored.");

    private ArchiveRecipe OpenOwn(Sha256 digest, Dictionary<Sha256, SafeFileHandle> files)
    {
        if (!_extensions.TryGetValue(digest, out string? extension))
        {
            throw new ArchiveNotFoundException(digest);
        }

        SafeFileHandle file = OpenFile(digest);
        files.Add(digest, file);
        long length = RandomAccess.GetLength(file);
        if (extension == WholeExtension)
        {
            return length > 0
                ? new ArchiveRecipe([new ArchivePiece(0, length, digest, 0, Shift: null)])
                : throw new InvalidDataException($"The archive {digest} is damaged: its file is empty.");
        }

        return ReadRecipe(digest, file, length);
    }

    private static ArchiveRecipe ReadRecipe(Sha256 digest, SafeFileHandle file, long length)
    {
        try
        {
            FileArchive bytes = new(file);
            Span<byte> trailer = stackalloc byte[ArchiveRecipe.TrailerBytes];
            bytes.ReadExactly(Math.Max(0, length - trailer.Length), trailer);
            byte[] recipe = new byte[ArchiveRecipe.LengthOf(trailer, length)];
            bytes.ReadExactly(length - trailer.Length - recipe.Length, recipe);
            return ArchiveRecipe.Parse(digest, recipe, trailer);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or AwsError)
        {
            throw new InvalidDataException($"The archive {digest} is damaged: its file does not end with a list of pieces.", damaged);
        }
    }

    private void OpenSource(Sha256 digest, Sha256 source, Dictionary<Sha256, SafeFileHandle> files)
    {
        try
        {
            files.Add(source, OpenFile(source));
        }
        catch (ArchiveNotFoundException missing)
        {
            throw new InvalidDataException($"The archive {digest} is damaged: the file of {source}, which has a part of it, is missing.", missing);
        }
    }

    private SafeFileHandle OpenFile(Sha256 digest)
    {
        try
        {
            return File.OpenHandle(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            throw new ArchiveNotFoundException(digest);
        }
    }

    private string PathOf(Sha256 digest) => Path.Combine(_directory, digest + _extensions.GetValueOrDefault(digest, WholeExtension));
}
