using System.Collections.Immutable;

namespace Lamina.Layers.Inspection.Rules;

/// <summary>A later layer's entry of the same path that is not the same: another file or link, a file over a folder, a folder over a file.</summary>
internal sealed class ShadowedEntries : IInspectionRule
{
    public IEnumerable<Finding> Find(InspectedStack stack)
    {
        foreach (MergedTree.Node node in stack.Opt.Seen)
        {
            for (int i = node.Layers.Count - 2; i >= 0; i--)
            {
                if (Compare(node, node.Layers[i].Entry, stack.Sources[node.Source]) is { } difference)
                {
                    ImmutableArray<string> sources = [stack.Sources[node.Source], stack.Sources[node.Layers[i].Source]];
                    yield return new Finding(difference.Code, FindingSeverity.Warning, "/opt/" + node.Entry.Path, sources, difference.Message);
                }
            }
        }
    }

    private static (string Code, string Message)? Compare(MergedTree.Node node, TreeEntry covered, string above)
    {
        TreeEntry seen = node.Entry;
        return (seen.Kind, covered.Kind) switch
        {
            (OptEntryKind.Directory, OptEntryKind.Directory) => null,
            (OptEntryKind.Directory, _) => (
                "folder-over-file", $"A folder hides an earlier layer's {Word(covered.Kind)} of this name: nobody can read it. Rename one of the two."),
            (_, OptEntryKind.Directory) => (
                "file-over-folder",
                $"A {Word(seen.Kind)} hides an earlier layer's folder of this name and all below it ({node.HiddenFiles} files). Rename one of the two."),
            _ when seen.Kind == covered.Kind && seen.Digest == covered.Digest && seen.LinkTarget == covered.LinkTarget && seen.Mode == covered.Mode => null,
            _ => (
                "shadowed-file-differs",
                $"An earlier layer has another {Word(covered.Kind)} here ({Difference(seen, covered)}); the function sees only that of {above}. "
                + "If the other is meant, change the order of the layers; if both are, rename one."),
        };
    }

    private static string Difference(TreeEntry seen, TreeEntry covered) =>
        seen.Kind == OptEntryKind.Symlink && covered.Kind == OptEntryKind.Symlink ? $"{seen.LinkTarget} instead of {covered.LinkTarget}"
        : seen.Kind != covered.Kind ? $"a {Word(seen.Kind)} instead of a {Word(covered.Kind)}"
        : seen.SizeBytes != covered.SizeBytes ? $"{seen.SizeBytes} bytes instead of {covered.SizeBytes}"
        : seen.Digest != covered.Digest ? "other content of the same size"
        : $"mode {Convert.ToString(seen.Mode, 8)} instead of {Convert.ToString(covered.Mode, 8)}";

    private static string Word(OptEntryKind kind) => kind switch
    {
        OptEntryKind.Symlink => "symlink",
        OptEntryKind.Directory => "folder",
        _ => "file",
    };
}
