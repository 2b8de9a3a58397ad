namespace Lamina.ServiceModel;

/// <summary>docs/not-served.txt: one operation per line, <c>#</c> starts a remark.</summary>
internal static class NotServed
{
    public static IReadOnlySet<string> Read(string path) =>
        File.ReadLines(path).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0).ToHashSet(StringComparer.Ordinal);
}
