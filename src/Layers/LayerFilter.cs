namespace Lamina.Layers;

/// <summary>CompatibleRuntime and CompatibleArchitecture of the list operations. A version that lists none matches no filter.</summary>
public sealed record LayerFilter(string? CompatibleRuntime, string? CompatibleArchitecture)
{
    public static LayerFilter None { get; } = new(null, null);

    public bool Matches(LayerVersion version) =>
        Allows(CompatibleRuntime, version.CompatibleRuntimes) && Allows(CompatibleArchitecture, version.CompatibleArchitectures);

    private static bool Allows(string? wanted, IReadOnlyList<string>? listed) =>
        wanted is null || (listed is not null && listed.Contains(wanted, StringComparer.Ordinal));
}
