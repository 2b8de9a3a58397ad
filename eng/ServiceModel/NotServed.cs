namespace Lamina.ServiceModel;

/// <summary>docs/not-served.txt: one operation per line, of Lambda or with its service before a colon; <c>#</c> starts a remark.</summary>
internal static class NotServed
{
    public static IReadOnlySet<string> Read(string path, string service) =>
        File.ReadLines(path).Select(static line => line.Split('#')[0].Trim()).Where(static line => line.Length > 0)
            .Select(static line => line.Contains(':', StringComparison.Ordinal) ? line : $"lambda:{line}")
            .Where(line => line.StartsWith($"{service}:", StringComparison.Ordinal)).Select(line => line[(service.Length + 1)..])
            .ToHashSet(StringComparer.Ordinal);
}
