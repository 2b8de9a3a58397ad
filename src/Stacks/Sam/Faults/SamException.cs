using System.Text.RegularExpressions;

namespace Lamina.Stacks.Sam.Faults;

/// <summary>One thing that is wrong with a template, in AWS's words.</summary>
internal abstract partial class SamException(string sortedBy, string message, SamPlace place)
    : Exception(UnicodeMark().Replace(message, "'$1'"))
{
    /// <summary>What the faults of one template are sorted by: the resource's or event's id, else the text.</summary>
    public string SortedBy { get; } = sortedBy;

    public SamPlace Place { get; } = place;

    /// <summary>Values that AWS's text prints lose the mark of a unicode string, where the string is plain: <c>[u'Name']</c>.</summary>
    [GeneratedRegex("u'([A-Za-z0-9]*)'")]
    private static partial Regex UnicodeMark();
}
