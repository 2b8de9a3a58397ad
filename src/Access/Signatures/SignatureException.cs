namespace Lamina.Access.Signatures;

/// <summary>What is wrong with a signature; each service has its own code and text for it (<see cref="SignatureErrors"/>).</summary>
public enum SignatureFault
{
    /// <summary>The request is not signed at all.</summary>
    Missing,

    /// <summary>It cannot be read.</summary>
    Incomplete,

    /// <summary>The access key is nobody's, or does not belong to the session token.</summary>
    UnknownKey,

    /// <summary>The session token is not one of ours.</summary>
    InvalidToken,

    ExpiredToken,

    /// <summary>Made too long ago, or for a moment too far ahead.</summary>
    WrongTime,

    /// <summary>A presigned URL's time is over.</summary>
    LinkExpired,

    /// <summary>The credential's date, region, service or terminator do not belong to the request.</summary>
    WrongScope,

    Mismatch,

    /// <summary>A header that decides something is not covered by the signature.</summary>
    NotCovered,

    /// <summary>The body is not the one that was signed.</summary>
    WrongPayload,
}

/// <summary>The request's signature does not show who sends it.</summary>
public sealed class SignatureException(SignatureFault fault, string detail) : Exception(detail)
{
    public SignatureFault Fault { get; } = fault;
}
