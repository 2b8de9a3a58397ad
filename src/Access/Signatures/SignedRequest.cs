namespace Lamina.Access.Signatures;

/// <summary>A request as it came over the wire, as far as a signature can cover it; the body comes later.</summary>
public sealed record SignedRequest
{
    public required string Method { get; init; }

    /// <summary>Percent-encoded as sent, without the query.</summary>
    public required string RawPath { get; init; }

    /// <summary>Decoded names and values, in the order of the target.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Query { get; init; }

    /// <summary>Names and values; a header that came more than once stands here with its values joined by commas.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public string? Header(string name)
    {
        foreach ((string key, string value) in Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Null when the key is absent; one that is there twice is nobody's signature.</summary>
    public string? QueryValue(string name)
    {
        string? found = null;
        foreach ((string key, string value) in Query)
        {
            if (key == name)
            {
                found = found is null ? value : throw new SignatureException(
                    SignatureFault.Incomplete, $"The query parameter '{name}' is there more than once.");
            }
        }

        return found;
    }
}
