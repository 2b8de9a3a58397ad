namespace Lamina.Layers.Inspection.Rules;

/// <summary>Programs and libraries for another machine, a newer glibc, or another C library.</summary>
/// <param name="hostGlibc">Of this machine, on which the function runs here.</param>
internal sealed class ElfFiles(Version? hostGlibc) : IInspectionRule
{
    public IEnumerable<Finding> Find(InspectedStack stack)
    {
        LambdaRuntime? oldest = stack.Runtimes.MinBy(static runtime => runtime.Glibc);
        foreach (SeenEntry seen in stack.Seen)
        {
            if (seen.Elf is not { } elf)
            {
                continue;
            }

            if (!stack.Architectures.IsEmpty && !stack.Architectures.Contains(elf.Architecture))
            {
                yield return seen.Found("elf-architecture", FindingSeverity.Error,
                    $"Built for {elf.Architecture}, not for {string.Join(" or ", stack.Architectures)}: it cannot be loaded or started. "
                    + "Build it on, or install the package for, that architecture.");
            }
            else if (elf.NeedsMusl)
            {
                yield return seen.Found("elf-musl", FindingSeverity.Error,
                    "Linked against musl (built on Alpine, or from a musllinux wheel); Lambda's runtimes have glibc. Take the manylinux wheel, or build on Amazon Linux.");
            }
            else if (oldest is not null && elf.Glibc > oldest.Glibc)
            {
                yield return seen.Found("elf-glibc", FindingSeverity.Error,
                    $"Needs glibc {elf.Glibc}; {oldest.Id} runs on {oldest.System} with {oldest.Glibc}, where it cannot be loaded. {Here(elf.Glibc)}"
                    + "Build it on Amazon Linux, or choose a runtime with a newer system.");
            }
            else if (oldest is null && elf.Glibc is not null && hostGlibc is not null && elf.Glibc > hostGlibc)
            {
                yield return seen.Found("elf-glibc", FindingSeverity.Error,
                    $"Needs glibc {elf.Glibc}; this machine has {hostGlibc}, so it cannot be loaded here. Build it against an older glibc.");
            }
        }
    }

    private string Here(Version needed) => hostGlibc is null ? string.Empty
        : needed <= hostGlibc ? $"Here, with {hostGlibc}, it works. " : $"Nor here, with {hostGlibc}. ";
}
