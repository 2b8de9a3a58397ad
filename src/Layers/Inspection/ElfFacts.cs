namespace Lamina.Layers.Inspection;

/// <summary>What an ELF file says about the machine it wants.</summary>
/// <param name="Machine">e_machine.</param>
/// <param name="Is64Bit">EI_CLASS.</param>
/// <param name="Glibc">The highest GLIBC_x.y version it requires; null when it requires none.</param>
/// <param name="NeedsMusl">It is linked against musl instead of glibc.</param>
internal sealed record ElfFacts(ushort Machine, bool Is64Bit, Version? Glibc, bool NeedsMusl)
{
    // <elf.h>
    private const ushort EM_386 = 3;
    private const ushort EM_ARM = 40;
    private const ushort EM_X86_64 = 62;
    private const ushort EM_AARCH64 = 183;

    /// <summary>In Lambda's words where Lambda has one.</summary>
    public string Architecture => (Machine, Is64Bit) switch
    {
        (EM_X86_64, true) => "x86_64",
        (EM_AARCH64, true) => "arm64",
        (EM_386, _) => "32-bit x86",
        (EM_ARM, _) => "32-bit ARM",
        _ => $"machine {Machine} of ELF's list",
    };
}
