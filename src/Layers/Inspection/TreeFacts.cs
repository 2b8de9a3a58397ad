using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Lamina.Layers.Inspection;

internal enum PackageKind
{
    Python,
    NodeJs,
}

/// <param name="Name">Normalised: one name, however it is written.</param>
/// <param name="Path">Relative to the tree: where its metadata is.</param>
/// <param name="Folder">The folder it is installed in; empty for the tree's root.</param>
internal sealed record PackageFact(PackageKind Kind, string Name, string Version, string Path, string Folder);

/// <summary>What the contents of a tree's files say. Depends on the tree alone, so it holds as long as the tree's digest.</summary>
internal sealed record TreeFacts(
    FrozenDictionary<string, ElfFacts> ElfFiles, FrozenSet<string> Scripts, ImmutableArray<PackageFact> Packages)
{
    public int Count => ElfFiles.Count + Scripts.Count + Packages.Length;

    /// <summary>A program: ELF, or a script with an interpreter.</summary>
    public bool IsProgram(string path) => ElfFiles.ContainsKey(path) || Scripts.Contains(path);
}

/// <summary>Reads those files of a tree whose content matters: what may be a program or a library by mode, name or place, and packages' metadata.</summary>
internal sealed class TreeFactsReader(TreeContent content)
{
    private readonly Dictionary<string, ElfFacts> _elfFiles = new(StringComparer.Ordinal);
    private readonly HashSet<string> _scripts = new(StringComparer.Ordinal);
    private readonly List<PackageFact> _packages = [];

    public TreeFacts Read(TreeManifest manifest, CancellationToken cancellationToken)
    {
        foreach (TreeEntry file in manifest.Entries)
        {
            if (file.Kind != OptEntryKind.File || file.SizeBytes == 0)
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (PackageMetadata.PlaceOf(file.Path) is { } place)
            {
                using FileContent? metadata = content.TryOpen(file);
                if (metadata is not null && PackageMetadata.Read(place, metadata) is { } package)
                {
                    _packages.Add(package);
                }
            }
            else if (MayBeProgram(file))
            {
                ReadProgram(file);
            }
        }

        return new TreeFacts(_elfFiles.ToFrozenDictionary(StringComparer.Ordinal), _scripts.ToFrozenSet(StringComparer.Ordinal), [.. _packages]);
    }

    private void ReadProgram(TreeEntry file)
    {
        using FileContent? program = content.TryOpen(file);
        Span<byte> start = stackalloc byte[4];
        if (program is null || program.Read(0, start) < 4)
        {
            return;
        }

        if (start.StartsWith("#!"u8))
        {
            _scripts.Add(file.Path);
        }
        else if (ElfReader.IsElf(start) && ElfReader.Read(program) is { } facts)
        {
            _elfFiles.Add(file.Path, facts);
        }
    }

    private static bool MayBeProgram(TreeEntry file)
    {
        ReadOnlySpan<char> name = file.Path.AsSpan(file.Path.LastIndexOf('/') + 1);
        return (file.Mode & 0x49) != 0
            || name.EndsWith(".so", StringComparison.Ordinal)
            || name.Contains(".so.", StringComparison.Ordinal)
            || name.EndsWith(".node", StringComparison.Ordinal)
            || !name.Contains('.')
            || file.Path.StartsWith("bin/", StringComparison.Ordinal)
            || file.Path.StartsWith("extensions/", StringComparison.Ordinal);
    }
}
