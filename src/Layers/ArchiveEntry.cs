namespace Lamina.Layers;

/// <summary>One entry of a zip after its name, kind and headers were checked; its content is not read yet.</summary>
internal sealed record ArchiveEntry
{
    /// <summary>Relative, components joined by '/', none of them empty, "." or ".."; empty for the archive's own root.</summary>
    public required string Path { get; init; }

    public required OptEntryKind Kind { get; init; }

    /// <summary>The twelve permission bits.</summary>
    public required int Mode { get; init; }

    public required bool Deflated { get; init; }

    public required uint Crc { get; init; }

    public required long CompressedBytes { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>Where its local header starts.</summary>
    public required long HeaderOffset { get; init; }

    /// <summary>Where its (compressed) content starts.</summary>
    public required long DataOffset { get; init; }

    /// <summary>Where its record in the central directory starts.</summary>
    public required long RecordOffset { get; init; }

    public required int RecordBytes { get; init; }
}
