namespace Lamina.Layers.Inspection.Rules;

/// <summary>
/// Modes that Lambda takes at their word: there the files belong to root and the function is another user, so only the bits for others
/// count. Here they belong to the function (decision 0004), so what is found works here and fails there.
/// </summary>
internal sealed class Modes : IInspectionRule
{
    private const int OthersRead = 4;
    private const int OthersExecute = 1;
    private const int SetIds = 0xC00;

    public IEnumerable<Finding> Find(InspectedStack stack)
    {
        foreach (SeenEntry seen in stack.Seen)
        {
            string mode = Convert.ToString(seen.Entry.Mode, 8).PadLeft(4, '0');
            if (seen.IsFile && (seen.Entry.Mode & OthersRead) == 0)
            {
                yield return seen.Found("file-owner-only", FindingSeverity.Error,
                    $"Mode {mode}: only its owner may read it, and on Lambda the function is not the owner (here it is). chmod o+r before zipping.");
            }

            if (seen.Entry.Kind == OptEntryKind.Directory && (seen.Entry.Mode & (OthersRead | OthersExecute)) != (OthersRead | OthersExecute))
            {
                yield return seen.Found("folder-owner-only", FindingSeverity.Error,
                    $"Mode {mode}: only its owner may list or enter it, and on Lambda the function is not the owner (here it is). chmod o+rx before zipping.");
            }

            if (seen.IsFile && (seen.Entry.Mode & SetIds) != 0)
            {
                yield return seen.Found("set-id-without-effect", FindingSeverity.Advice,
                    $"Mode {mode}: set-user-id and set-group-id have no effect in Lambda. chmod u-s,g-s before zipping.");
            }

            if (seen.IsFile && (seen.Entry.Mode & OthersExecute) == 0 && NotExecutable(stack, seen) is { } finding)
            {
                yield return finding;
            }
        }
    }

    private static Finding? NotExecutable(InspectedStack stack, SeenEntry seen)
    {
        const string Fix = "chmod +x before zipping, and zip with a tool that keeps modes.";
        string path = seen.Entry.Path;
        string[] parts = path.Split('/');
        bool isStarted = path == "bootstrap" && stack.Runtimes.Any(static runtime => runtime.Family == RuntimeFamily.Provided);
        bool isExtension = !seen.Tree.IsCode && parts is ["extensions", _];
        if (isStarted || isExtension)
        {
            return seen.Found("execute-bit-lost", FindingSeverity.Error,
                $"The function may not execute it, and Lambda starts it as {(isStarted ? "the runtime" : "an extension")}: init fails. {Fix}");
        }

        return !seen.Tree.IsCode && parts is ["bin", _] && seen.Tree.Facts.IsProgram(path)
            ? seen.Found("execute-bit-lost", FindingSeverity.Warning, $"A program on the PATH (/opt/bin) that the function may not execute. {Fix}")
            : null;
    }
}
