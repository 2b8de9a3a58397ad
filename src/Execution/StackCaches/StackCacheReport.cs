namespace Lamina.Execution.StackCaches;

/// <summary>How it stands with the cache of one stack of layers.</summary>
/// <param name="Runtime">The interpreter it is for, as INIT_START names it.</param>
/// <param name="Functions">ARNs of functions that may use it, qualified by the version; a part of them where they are many.</param>
/// <param name="Loaded">How many modules or classes were loaded for it.</param>
/// <param name="Duration">What loading them took a function that had no cache.</param>
/// <param name="Ready">It is there, and the next start uses it.</param>
/// <param name="Missing">It is to be made, or made anew, when there is nothing else to do.</param>
/// <param name="Uses">Starts that have used it, since the server started or it was made.</param>
/// <param name="Fault">Why none is made any more; null where nothing is in the way.</param>
public sealed record StackCacheReport(
    string Account,
    string Runtime,
    IReadOnlyCollection<string> Functions,
    int Loaded,
    TimeSpan Duration,
    bool Ready,
    bool Missing,
    long Bytes,
    long Uses,
    string? Fault)
{
    /// <summary>A clause for people.</summary>
    public override string ToString() => Ready ? "what it loads out of its layers is compiled already"
        : Fault is null ? "what it loads out of its layers is about to be compiled"
        : $"what it loads out of its layers is not compiled in advance: {Fault}";
}
