namespace Lamina.Stacks.Sam.Faults;

/// <summary>One thing that is wrong with a template, in AWS's words.</summary>
internal abstract class SamException(string sortedBy, string message, SamPlace place) : Exception(message)
{
    /// <summary>What the faults of one template are sorted by: the resource's or event's id, else the text.</summary>
    public string SortedBy { get; } = sortedBy;

    public SamPlace Place { get; } = place;
}
