using System.Collections.Concurrent;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>What is derived from archives: verified, and taken away where it is damaged, so that it is made again.</summary>
internal sealed class TreeScrub(StorageParts parts, ScrubReport report, IReadOnlyList<StoredArchive> archives)
{
    // Found in 3, with the trees that turn out to have them in 4.
    private readonly ConcurrentDictionary<string, ConcurrentBag<Sha256>> _damagedFiles = new(StringComparer.Ordinal);

    private readonly ConcurrentBag<Sha256> _intact = [];

    /// <summary>The trees that were found as their manifests say.</summary>
    public IReadOnlySet<Sha256> Verified => _intact.ToHashSet();

    public async Task VerifyManifestAsync(Sha256 tree, CancellationToken cancellationToken)
    {
        long bytes = parts.Manifests.FileBytes(tree);
        if (parts.Manifests.IsIntact(tree) == false)
        {
            parts.Manifests.Delete(tree);
            bool again = await TryReadAsync(tree, cancellationToken) is not null;
            report.Add(new ScrubFinding
            {
                Subject = ScrubSubject.Manifest,
                Name = tree.ToString(),
                Problem = again
                    ? "The list of a tree's files was damaged; it was made again."
                    : "The list of a tree's files was damaged; it was deleted, and is made again when its archive can be read.",
                NamedBy = report.NamesOf(archive => archive.Tree == tree),
            });
        }

        report.Verified(bytes);
    }

    public Task VerifyFileAsync(string name, CancellationToken cancellationToken)
    {
        SharedFiles files = parts.Trees.Files;
        long bytes = files.TryRead(name)?.SizeBytes ?? 0;
        if (files.IsIntact(name) == false)
        {
            files.Remove(name);
            _damagedFiles.TryAdd(name, []);
        }

        report.Verified(bytes);
        return Task.CompletedTask;
    }

    public async Task VerifyTreeAsync(Sha256 tree, CancellationToken cancellationToken)
    {
        if (await TryReadAsync(tree, cancellationToken) is not { } manifest)
        {
            // Nobody can say what should be in it; an archive that says so was reported.
            return;
        }

        // So that it is not given up, and perhaps made again, while it is looked at.
        using TreeLease? lease = parts.Trees.TryLease(tree);
        if (lease is null)
        {
            return;
        }

        TreeEntry[] damaged = FindDamaged(lease.Directory, manifest, cancellationToken);
        if (damaged.Length == 0)
        {
            _intact.Add(tree);
        }
        else if (parts.Trees.TryWithdraw(tree))
        {
            Explain(tree, damaged);
        }
    }

    public void ReportFiles()
    {
        foreach ((string name, ConcurrentBag<Sha256> trees) in _damagedFiles.OrderBy(static file => file.Key, StringComparer.Ordinal))
        {
            HashSet<Sha256> touched = [.. trees];
            report.Add(new ScrubFinding
            {
                Subject = ScrubSubject.File,
                Name = name,
                Problem = $"A file below the trees was damaged; it was removed, with the {touched.Count} trees that had it, which are made again when needed.",
                NamedBy = report.NamesOf(archive => touched.Contains(archive.Tree)),
            });
        }
    }

    private void Explain(Sha256 tree, TreeEntry[] damaged)
    {
        bool explained = false;
        foreach (TreeEntry file in damaged)
        {
            if (_damagedFiles.TryGetValue(SharedFiles.NameOf(file), out ConcurrentBag<Sha256>? trees))
            {
                trees.Add(tree);
                explained = true;
            }
        }

        if (!explained)
        {
            report.Add(new ScrubFinding
            {
                Subject = ScrubSubject.Tree,
                Name = tree.ToString(),
                Problem = $"{damaged[0].Path} was missing or damaged in it, and {damaged.Length - 1} more; it was taken away and is made again when needed.",
                NamedBy = report.NamesOf(archive => archive.Tree == tree),
            });
        }
    }

    private TreeEntry[] FindDamaged(string tree, TreeManifest manifest, CancellationToken cancellationToken)
    {
        using SafeFileHandle? folder = TryOpen(tree);
        return [.. manifest.Entries.Where(entry => folder is null || !IsIntact(folder, entry, cancellationToken))];
    }

    private static SafeFileHandle? TryOpen(string folder)
    {
        try
        {
            return LinuxFiles.OpenFolder(folder);
        }
        catch (IOException)
        {
            // Somebody deleted it.
            return null;
        }
    }

    /// <summary>A file that is the store's own inode was verified there.</summary>
    private bool IsIntact(SafeFileHandle folder, TreeEntry entry, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return LinuxFiles.TryRead(folder, entry.Path) is { } status
            && (entry.Kind != OptEntryKind.File
                || parts.Trees.Files.TryRead(SharedFiles.NameOf(entry))?.Inode == status.Inode
                || SharedFiles.IsIntact(folder, entry.Path, entry.Digest) != false);
    }

    private async Task<TreeManifest?> TryReadAsync(Sha256 tree, CancellationToken cancellationToken)
    {
        if (parts.Manifests.TryRead(tree) is { } kept)
        {
            return kept;
        }

        foreach (StoredArchive archive in archives.Where(archive => archive.Tree == tree))
        {
            try
            {
                return await parts.Manifests.ReadAsync(archive, cancellationToken);
            }
            catch (Exception unreadable) when (unreadable is IOException or InvalidDataException)
            {
                // Another archive may have the same tree.
            }
        }

        return null;
    }
}
