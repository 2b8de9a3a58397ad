using System.Security.Cryptography;
using System.Text;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Images;

/// <summary>
/// Compares the files of unpacked layers with what they were when they were written. A damaged layer is remembered as such, so that the
/// next import of an image that has it is asked for it again; whoever shows it until then goes on.
/// </summary>
internal sealed class ImageScrub(ImageLayerStore layers, ICatalog catalog, IReadOnlyList<IImageRoots> roots)
{
    /// <summary>A disk that fails may have taken thousands.</summary>
    private const int NamedFiles = 10;

    public IReadOnlyList<UnpackedLayer> List() =>
        [.. ImageDocuments.AllLayers(catalog.Current).Select(static layer => new UnpackedLayer(layer.Digest, layer.TarBytes))];

    /// <summary>Null when it is intact, gone, or of no image that anybody needs.</summary>
    public async Task<LayerDamage?> VerifyAsync(Sha256 layer, CancellationToken cancellationToken)
    {
        if (ImageDocuments.FindLayer(catalog.Current, layer) is not { } stored || layers.TryHold(stored.Folder) is not { } held)
        {
            return null;
        }

        using (held)
        {
            string? problem = FindProblem(layers.PathOf(stored.Folder), cancellationToken);
            if (problem is null || NamesOf(layer) is not { Count: > 0 } names)
            {
                return null;
            }

            await catalog.CommitAsync(transaction => MarkDamaged(transaction, stored), cancellationToken);
            return new LayerDamage(problem, names);
        }
    }

    private static bool MarkDamaged(CatalogTransaction transaction, StoredImageLayer layer)
    {
        bool isStill = ImageDocuments.FindLayer(transaction, layer.Digest)?.Folder == layer.Folder;
        if (isStill)
        {
            ImageDocuments.Put(transaction, layer with { IsDamaged = true });
        }

        return isStill;
    }

    private static string? FindProblem(string folder, CancellationToken cancellationToken)
    {
        try
        {
            using SafeFileHandle root = LinuxFiles.OpenFolder(folder);
            List<string> problems = [];
            foreach (LayerFile file in LayerFileList.Read(ImageLayerStore.ListOf(folder)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (ProblemOf(root, folder, file) is { } problem)
                {
                    problems.Add($"/{file.Path} {problem}");
                }
            }

            int unnamed = problems.Count - NamedFiles;
            return problems.Count == 0 ? null
                : $"{string.Join("; ", problems.Take(NamedFiles))}{(unnamed > 0 ? $"; and {unnamed} more" : "")}.";
        }
        catch (FileNotFoundException)
        {
            return "The list of its files is gone.";
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            return failure.Message;
        }
    }

    private static string? ProblemOf(SafeFileHandle root, string folder, LayerFile file)
    {
        try
        {
            FileStatus? status = LinuxFiles.TryRead(root, file.Path);
            if (file.IsLink)
            {
                string? target = new FileInfo(Path.Combine(folder, file.Path)).LinkTarget;
                return target is not null && Sha256.Of(Encoding.UTF8.GetBytes(target)) == file.Digest ? null : "leads elsewhere";
            }

            if (status is not { IsFile: true })
            {
                return "is gone";
            }

            using SafeFileHandle handle = LinuxFiles.OpenFile(root, file.Path);
            using FileStream content = new(handle, FileAccess.Read, bufferSize: 0);
            return new Sha256(SHA256.HashData(content)) == file.Digest ? null : "is no longer what was unpacked";
        }
        catch (IOException refused) when (refused.HResult == LinuxFiles.EACCES)
        {
            // An ordinary user's server cannot read what the image lets nobody read.
            return null;
        }
        catch (IOException failure)
        {
            return $"cannot be read: {failure.Message}";
        }
    }

    /// <summary>Names of images, and who else needs them.</summary>
    private IReadOnlyList<string> NamesOf(Sha256 layer)
    {
        CatalogSnapshot snapshot = catalog.Current;
        HashSet<Sha256> images =
            [.. ImageDocuments.AllImages(snapshot).Where(image => image.Layers.Contains(layer)).Select(static image => image.Digest)];
        IEnumerable<string> tags = ImageDocuments.AllTags(snapshot).Where(tag => images.Contains(tag.Digest)).Select(static tag => tag.Name);
        IEnumerable<string> users = roots.SelectMany(room => room.ImagesIn(snapshot))
            .Where(root => images.Contains(root.Image)).Select(static root => root.Name);
        return [.. users.Concat(tags).Distinct().Order(StringComparer.Ordinal)];
    }
}
