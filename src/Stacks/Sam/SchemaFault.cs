namespace Lamina.Stacks.Sam;

/// <summary>A value that does not go with a schema.</summary>
/// <param name="Path">Names and indices down to the value.</param>
/// <param name="Message">What is wrong, as AWS's transform words it.</param>
/// <param name="Kind">The kind of fault, as AWS's transform names it.</param>
internal sealed record SchemaFault(string[] Path, string Message, string Kind)
{
    public string DottedPath => string.Join('.', Path);

    /// <summary>The fault as a sentence about a property.</summary>
    public string Sentence => Kind switch
    {
        "value_error.missing" => $"Property '{DottedPath}' is required.",
        "value_error.extra" => $"Property '{DottedPath}' is an invalid property.",
        _ => $"Property '{DottedPath}' {Message.ToLowerInvariant()}.",
    };
}
