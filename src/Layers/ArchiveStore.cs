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

        FinishDeleting();
        Sketches = new ArchiveSketches(Path.Combine(_directory, "sketches"), _extensions.ContainsKey);
        LinuxFiles.FlushFolder(_directory);
        LinuxFiles.FlushFolder(Path.GetDirectoryName(_directory)!);
    }

    public DigestLeases Leases { get; } = new();

    internal ArchiveSketches Sketches { get; }

    /// <summary>Held while the form of a stored archive is decided on or changed: others name places in its file.</summary>
    internal Lock Changing { get; } = new();

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

    /// <summary>What that file takes on the disk.</summary>
    internal long DiskBytes(Sha256 digest)
    {
        using SafeFileHandle folder = LinuxFiles.OpenFolder(_directory);
        return LinuxFiles.TryRead(folder, Path.GetFileName(PathOf(digest)))?.DiskBytes ?? 0;
    }

    internal ArchiveReader OpenRead(Sha256 digest)
    {
        Dictionary<Sha256, SafeFileHandle> files = [];
        try
        {
            // The recipe and the files it names are of one moment: pieces move between files, and what they left may be gone at once.
            lock (Changing)
            {
                ArchiveRecipe recipe = OpenOwn(digest, files);
                foreach (Sha256 source in recipe.SourcesOf(digest))
                {
                    OpenSource(digest, source, files);
                }

                return new ArchiveReader(digest, recipe, files);
            }
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

    /// <summary>Null when its file is damaged.</summary>
    internal ArchiveRecipe? TryReadRecipe(Sha256 digest)
    {
        try
        {
            return ReadRecipe(digest);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Reads all of an archive. Throws <see cref="InvalidDataException"/> when it is not what was stored.</summary>
    internal void Verify(Sha256 digest, CancellationToken cancellationToken)
    {
        using Stream verified = OpenVerified(digest, cancellationToken);
    }

    internal ArchiveWriter BeginWrite() => new(Path.Combine(_temporary, Guid.NewGuid().ToString("N")));

    /// <summary>For whoever finds an archive there: those who stored it may not have come to the flush yet.</summary>
    internal void FlushFolder() => LinuxFiles.FlushFolder(_directory);

    /// <summary>
    /// Makes a written and flushed file visible as this archive, durably, in the place of the one there is, if any. The caller holds the archive by a lease.
    /// </summary>
    internal void Replace(Sha256 digest, ArchiveWriter written)
    {
        string extension = written.HasRecipe ? PiecesExtension : WholeExtension;
        lock (Changing)
        {
            written.MoveTo(Path.Combine(_directory, digest + extension));
            LinuxFiles.FlushFolder(_directory);
            if (_extensions.TryGetValue(digest, out string? before) && before != extension)
            {
                File.Delete(Path.Combine(_directory, digest + before));
            }

            _extensions[digest] = extension;
        }
    }

    /// <summary>Its own file when it has that, in the form of pieces; null when it is whole, or gone.</summary>
    internal SafeFileHandle? TryOpenPieces(Sha256 digest) =>
        _extensions.GetValueOrDefault(digest) == PiecesExtension ? TryOpenFile(digest) : null;

    internal SafeFileHandle? TryOpenFile(Sha256 digest)
    {
        try
        {
            return OpenFile(digest);
        }
        catch (ArchiveNotFoundException)
        {
            return null;
        }
    }

    internal static ArchiveRecipe? TryReadRecipe(Sha256 digest, SafeFileHandle file)
    {
        try
        {
            return ReadRecipe(digest, file, RandomAccess.GetLength(file));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>What stands in an archive's file in front of its recipe, at the same places.</summary>
    internal void CopyOwnBytes(Sha256 digest, ArchiveWriter writer)
    {
        using SafeFileHandle file = OpenFile(digest);
        FileArchive bytes = new(file);
        writer.Write(bytes, 0, bytes.Length - RecipeBytes(bytes), CancellationToken.None);
    }

    /// <summary>What the recipe takes at the end of a file of pieces.</summary>
    internal static long RecipeBytes(FileArchive file)
    {
        Span<byte> trailer = stackalloc byte[ArchiveRecipe.TrailerBytes];
        file.ReadExactly(file.Length - trailer.Length, trailer);
        return trailer.Length + ArchiveRecipe.LengthOf(trailer, file.Length);
    }

    /// <summary>
    /// Deletes these; the caller makes sure that no other archive needs any of them (<see cref="DigestLeases.DeleteAll"/>). Each of them may need
    /// others of them, so when this breaks off half-way, the next start finishes it.
    /// </summary>
    internal void Delete(IReadOnlyCollection<Sha256> digests)
    {
        if (digests.Count == 0)
        {
            return;
        }

        File.WriteAllBytes(DeletingPath, []);
        LinuxFiles.FlushFolder(_directory);
        foreach (Sha256 digest in digests)
        {
            File.Delete(PathOf(digest));
            _extensions.TryRemove(digest, out _);
        }

        LinuxFiles.FlushFolder(_directory);
        File.Delete(DeletingPath);
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
        Replace(digest, writer);
    }

    private string DeletingPath => Path.Combine(_directory, "deleting");

    /// <summary>An archive that lacks a file it takes from was on its way out when the last process ended.</summary>
    private void FinishDeleting()
    {
        if (!File.Exists(DeletingPath))
        {
            return;
        }

        while (_extensions.Keys.Where(LacksSource).ToArray() is { Length: > 0 } broken)
        {
            foreach (Sha256 digest in broken)
            {
                File.Delete(PathOf(digest));
                _extensions.TryRemove(digest, out _);
            }
        }

        LinuxFiles.FlushFolder(_directory);
        File.Delete(DeletingPath);
    }

    private bool LacksSource(Sha256 digest)
    {
        try
        {
            return !ReadRecipe(digest).SourcesOf(digest).All(Contains);
        }
        catch (InvalidDataException)
        {
            // Damaged: for the scrub to say.
            return false;
        }
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
