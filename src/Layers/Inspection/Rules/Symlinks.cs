namespace Lamina.Layers.Inspection.Rules;

/// <summary>Symlinks of /opt that lead nowhere or out of it. Resolved by text in the merged tree; nothing of this machine is looked at.</summary>
internal sealed class Symlinks : IInspectionRule
{
    // As the kernel (path_resolution(7)).
    private const int MaxLinks = 40;

    private enum Outcome
    {
        Found,
        Missing,
        Leaves,
        Loops,
    }

    public IEnumerable<Finding> Find(InspectedStack stack)
    {
        foreach (MergedTree.Node node in stack.Opt.Seen.Where(static node => node.Entry.Kind == OptEntryKind.Symlink))
        {
            SeenEntry link = new(stack.Trees[node.Source], node.Entry);
            (Outcome outcome, string end) = new Resolution(stack.Opt, node.Entry.Path).Run();
            Finding? finding = outcome switch
            {
                Outcome.Missing => link.Found("symlink-dangles", FindingSeverity.Warning,
                    $"Points to {node.Entry.LinkTarget}, but there is no {end}: opening it fails. Add the target to a layer, or remove the link."),
                Outcome.Leaves => link.Found("symlink-leaves-opt", FindingSeverity.Warning,
                    $"Points to {node.Entry.LinkTarget}, which is not in /opt ({end}): what stands there, if anything, is not the layer's to say. "
                    + "Put the target into the layer and link to it relatively."),
                Outcome.Loops => link.Found("symlink-loops", FindingSeverity.Warning,
                    $"Points to {node.Entry.LinkTarget}, which leads back to itself: opening it fails. Remove the link."),
                _ => null,
            };
            if (finding is not null)
            {
                yield return finding;
            }
        }
    }

    /// <summary>One walk along a path, in which every symlink puts its target in front of what is left.</summary>
    private sealed class Resolution(MergedTree opt, string path)
    {
        private readonly List<string> _at = [];
        private readonly Stack<string> _left = new(path.Split('/').Reverse());
        private int _links;

        public (Outcome Outcome, string End) Run()
        {
            while (_left.TryPop(out string? name))
            {
                if (name is "" or ".")
                {
                    continue;
                }

                if (Step(name) is { } end)
                {
                    return end;
                }
            }

            return (Outcome.Found, Here);
        }

        private string Here => "/opt/" + string.Join('/', _at);

        private (Outcome Outcome, string End)? Step(string name)
        {
            if (name == "..")
            {
                if (_at.Count == 0)
                {
                    return Climb();
                }

                _at.RemoveAt(_at.Count - 1);
                return null;
            }

            _at.Add(name);
            MergedTree.Node? node = opt.Find(string.Join('/', _at));
            if (node is null)
            {
                return (Outcome.Missing, Here);
            }

            if (node.Entry.LinkTarget is { } target)
            {
                return Follow(target);
            }

            return _left.Count > 0 && node.Entry.Kind == OptEntryKind.File ? (Outcome.Missing, $"{Here}/{_left.Peek()}") : null;
        }

        private (Outcome Outcome, string End)? Follow(string target)
        {
            if (++_links > MaxLinks)
            {
                return (Outcome.Loops, Here);
            }

            _at.RemoveAt(_at.Count - 1);
            if (target.StartsWith('/'))
            {
                // From the root: as if /opt were climbed out of first.
                _at.Clear();
                _left.Push(target);
                return Climb();
            }

            foreach (string part in target.Split('/').Reverse())
            {
                _left.Push(part);
            }

            return null;
        }

        /// <summary>At the root, whose parent is itself; a way through it may come back into /opt.</summary>
        private (Outcome Outcome, string End)? Climb()
        {
            List<string> above = [];
            string[] parts = [.. _left.SelectMany(static part => part.Split('/')).Where(static part => part is not ("" or "."))];
            foreach (string name in parts)
            {
                if (name != "..")
                {
                    above.Add(name);
                }
                else if (above.Count > 0)
                {
                    above.RemoveAt(above.Count - 1);
                }
            }

            if (above is not ["opt", ..])
            {
                return (Outcome.Leaves, "/" + string.Join('/', above));
            }

            _left.Clear();
            foreach (string name in Enumerable.Reverse(above).SkipLast(1))
            {
                _left.Push(name);
            }

            return null;
        }
    }
}
