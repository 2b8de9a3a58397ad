using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.StackCaches;

/// <summary>
/// The caches on disk, one folder each, its name begins with its key. Each can be made anew: one that is damaged is dropped, the least used go where all
/// together are too large, and the whole folder may be deleted while no server runs. A folder comes under its name when it is complete.
/// </summary>
/// <param name="directory">Null: none are kept.</param>
/// <param name="limitBytes">Of all together; 0: none are kept.</param>
internal sealed partial class StackCacheStore(string? directory, long limitBytes, TimeProvider time, ILogger<StackCacheStore> logger)
{
    private const string TemporaryPrefix = "tmp-";

    /// <summary>After so long nobody has the layers any more, or starts anything with them.</summary>
    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    // rwxr-xr-x and rw-r--r--: processes in sandboxes are other users, and what is above is not theirs to see.
    private const UnixFileMode FolderMode = (UnixFileMode)0x1ED;
    private const UnixFileMode FileMode = (UnixFileMode)0x1A4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, StackCache> _caches = new(StringComparer.Ordinal);

    public bool IsOn => directory is not null && limitBytes > 0;

    /// <summary>Bytes that all may take together; 0: none are kept.</summary>
    public long LimitBytes => IsOn ? limitBytes : 0;

    /// <summary>Finds what a former server has left.</summary>
    public void Open()
    {
        if (!IsOn)
        {
            return;
        }

        Directory.CreateDirectory(directory!);
        foreach (string path in Directory.EnumerateFileSystemEntries(directory!))
        {
            if (StackCache.TryRead(path, Path.GetFileName(path).Split('-')[0]) is { } found
                && time.GetUtcNow() - found.LastUsed < Keep
                && _caches.TryAdd(found.Key, found))
            {
                continue;
            }

            Delete(path);
        }

        lock (_lock)
        {
            Evict_NeedsLock(kept: null);
        }
    }

    /// <summary>A cache to show to one sandbox; null when there is none, or it was damaged and is gone now.</summary>
    /// <param name="plan">Of which; null: of none.</param>
    public StackCacheLease? TryLease(StackCachePlan? plan)
    {
        lock (_lock)
        {
            if (plan is null || !_caches.TryGetValue(plan.Key, out StackCache? cache))
            {
                return null;
            }

            if (!cache.IsGood())
            {
                LogDamaged(logger, cache.Key);
                Drop_NeedsLock(cache);
                return null;
            }

            cache.Use(time.GetUtcNow());
            return new StackCacheLease(cache.ShownFolder, () => Return(cache));
        }
    }

    /// <summary>What was loaded for the cache and how large it is; null when there is none.</summary>
    public StackCacheState? Find(string key)
    {
        lock (_lock)
        {
            return _caches.TryGetValue(key, out StackCache? cache) ? new StackCacheState(cache.Units, cache.Bytes, cache.Uses) : null;
        }
    }

    /// <summary>A place for the files of a new one.</summary>
    public StackCacheUpload Begin(string family)
    {
        string folder = Path.Combine(directory!, TemporaryPrefix + RandomNumberGenerator.GetHexString(16, lowercase: true));
        Directory.CreateDirectory(Path.Combine(folder, StackCacheUpload.Shown));
        return new StackCacheUpload(folder, family);
    }

    /// <summary>What was sent is the cache from now on. Throws <see cref="IOException"/>.</summary>
    public void Commit(string key, StackCacheUpload upload, ImmutableArray<string> units)
    {
        string shown = Path.Combine(upload.Folder, StackCacheUpload.Shown);
        foreach (FileSystemInfo entry in new DirectoryInfo(shown).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Append(new DirectoryInfo(shown)))
        {
            File.SetUnixFileMode(entry.FullName, entry is DirectoryInfo ? FolderMode : FileMode);
        }

        StackCacheManifest manifest = StackCacheManifest.Of(shown, units);
        File.WriteAllBytes(
            Path.Combine(upload.Folder, StackCacheManifest.FileName),
            JsonSerializer.SerializeToUtf8Bytes(manifest, StackCacheManifestJson.Default.StackCacheManifest));
        string path = Path.Combine(directory!, $"{key}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        lock (_lock)
        {
            if (_caches.TryGetValue(key, out StackCache? former))
            {
                Drop_NeedsLock(former);
            }

            Directory.Move(upload.Folder, path);
            _caches[key] = new StackCache(path, key, manifest) { IsVerified = true, LastUsed = time.GetUtcNow() };
            Evict_NeedsLock(kept: key);
        }
    }

    /// <summary>What was sent for one that is none.</summary>
    public void Abandon(StackCacheUpload upload) => Delete(upload.Folder);

    private void Return(StackCache cache)
    {
        lock (_lock)
        {
            cache.Users--;
            if (cache is { IsDropped: true, Users: 0 })
            {
                Delete(cache.Folder);
            }
        }
    }

    private void Evict_NeedsLock(string? kept)
    {
        long bytes = _caches.Values.Sum(static cache => cache.Bytes);
        foreach (StackCache cache in _caches.Values.Where(cache => cache.Key != kept).OrderBy(static cache => cache.LastUsed).ToArray())
        {
            if (bytes <= limitBytes)
            {
                return;
            }

            bytes -= cache.Bytes;
            Drop_NeedsLock(cache);
        }
    }

    // A sandbox that shows it, or is about to, finds it where it was; without its manifest it is nothing to the next server.
    private void Drop_NeedsLock(StackCache cache)
    {
        _caches.Remove(cache.Key);
        cache.IsDropped = true;
        Delete(Path.Combine(cache.Folder, StackCacheManifest.FileName));
        if (cache.Users == 0)
        {
            Delete(cache.Folder);
        }
    }

    private void Delete(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next server tries again.
            LogNotDeleted(logger, exception, path);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The cache {Key} of a stack of layers was damaged and is dropped; it is made anew.")]
    private static partial void LogDamaged(ILogger logger, string key);

    [LoggerMessage(LogLevel.Warning, "{Path}, of the caches of stacks of layers, could not be removed.")]
    private static partial void LogNotDeleted(ILogger logger, Exception exception, string path);
}

/// <param name="Units">What was loaded for it.</param>
/// <param name="Uses">Sandboxes that have shown it, since the server started.</param>
internal sealed record StackCacheState(IReadOnlyList<string> Units, long Bytes, long Uses);

/// <summary>Keeps a cache's folder where it is.</summary>
/// <param name="folder">What the sandbox shows, on the host.</param>
internal sealed class StackCacheLease(string folder, Action release) : IDisposable
{
    private Action? _release = release;

    public string Folder => folder;

    /// <summary>Java's, in the sandbox.</summary>
    public string JavaArchive { get; } = StackCacheRules.JavaArchive;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
