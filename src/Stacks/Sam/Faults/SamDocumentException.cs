namespace Lamina.Stacks.Sam.Faults;

/// <summary>A template that cannot be transformed, with all that is wrong. Unlike a single fault it ends the transformation at once.</summary>
internal sealed class SamDocumentException : Exception
{
    public SamDocumentException(IEnumerable<SamException> causes)
    {
        // The same fault may have been met in several steps.
        Causes = [.. causes.GroupBy(static cause => cause.Message, StringComparer.Ordinal).Select(static same => same.Last())
            .OrderBy(static cause => cause.SortedBy, StringComparer.Ordinal)];
        Message = string.Join(' ',
        [
            $"Invalid Serverless Application Specification document. Number of errors found: {Causes.Length}.",
            .. Causes.Select(static cause => cause.Message),
        ]);
    }

    public SamDocumentException(SamException cause)
        : this([cause])
    {
    }

    public SamException[] Causes { get; }

    public override string Message { get; }

    /// <summary>Only the faults' own texts, as where a part of a document is refused as a resource's property.</summary>
    public string Texts => string.Join(' ', Causes.Select(static cause => cause.Message));

    public static SamDocumentException Of(string message) => new(new SamTemplateException(message));
}
