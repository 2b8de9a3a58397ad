using Lamina.Contract;

namespace Lamina.Access.Signatures;

/// <summary>A signature's fault in the words of the service that was asked.</summary>
public static class SignatureErrors
{
    private const string Mismatch =
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. "
        + "Consult the service documentation for details.";

    public static AwsError Word(SignatureException fault, string service) => service switch
    {
        "s3" => S3(fault),
        "iam" or "sts" => Query(fault),
        _ => Json(fault),
    };

    /// <summary>Lambda and the other JSON services.</summary>
    private static AwsError Json(SignatureException fault) => fault.Fault switch
    {
        SignatureFault.Missing => Error("MissingAuthenticationTokenException", 403, "Missing Authentication Token", fault),
        SignatureFault.Incomplete => Error("IncompleteSignatureException", 403, fault.Message, fault),
        SignatureFault.UnknownKey or SignatureFault.InvalidToken =>
            Error("UnrecognizedClientException", 403, "The security token included in the request is invalid.", fault),
        SignatureFault.ExpiredToken => Error("ExpiredTokenException", 403, "The security token included in the request is expired", fault),
        SignatureFault.Mismatch or SignatureFault.WrongPayload => Error("InvalidSignatureException", 403, Mismatch, fault),
        _ => Error("InvalidSignatureException", 403, fault.Message, fault),
    };

    private static AwsError Query(SignatureException fault) => fault.Fault switch
    {
        SignatureFault.Missing => Error("MissingAuthenticationToken", 403, "Request is missing Authentication Token", fault),
        SignatureFault.Incomplete => Error("IncompleteSignature", 400, fault.Message, fault),
        SignatureFault.UnknownKey or SignatureFault.InvalidToken =>
            Error("InvalidClientTokenId", 403, "The security token included in the request is invalid.", fault),
        SignatureFault.ExpiredToken => Error("ExpiredToken", 403, "The security token included in the request is expired", fault),
        SignatureFault.Mismatch or SignatureFault.WrongPayload => Error("SignatureDoesNotMatch", 403, Mismatch, fault),
        _ => Error("SignatureDoesNotMatch", 403, fault.Message, fault),
    };

    private static AwsError S3(SignatureException fault) => fault.Fault switch
    {
        SignatureFault.Missing => Error("AccessDenied", 403, "Access Denied", fault),
        SignatureFault.Incomplete when fault.Message.StartsWith("X-Amz", StringComparison.Ordinal) || fault.Message.Contains("query-string", StringComparison.Ordinal) =>
            Error("AuthorizationQueryParametersError", 400, fault.Message, fault),
        SignatureFault.Incomplete when fault.Message.StartsWith("Missing required header", StringComparison.Ordinal) =>
            Error("InvalidRequest", 400, fault.Message, fault),
        SignatureFault.Incomplete or SignatureFault.WrongScope => Error("AuthorizationHeaderMalformed", 400, fault.Message, fault),
        SignatureFault.UnknownKey => Error("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.", fault),
        SignatureFault.InvalidToken => Error("InvalidToken", 400, "The provided token is malformed or otherwise invalid.", fault),
        SignatureFault.ExpiredToken => Error("ExpiredToken", 400, "The provided token has expired.", fault),
        SignatureFault.WrongTime =>
            Error("RequestTimeTooSkewed", 403, "The difference between the request time and the current time is too large.", fault),
        SignatureFault.LinkExpired => Error("AccessDenied", 403, "Request has expired", fault),
        SignatureFault.NotCovered => Error("AccessDenied", 403, "There were headers present in the request which were not signed", fault),
        SignatureFault.WrongPayload => Error(
            "XAmzContentSHA256Mismatch", 400, "The provided 'x-amz-content-sha256' header does not match what was computed.", fault),
        _ => Error(
            "SignatureDoesNotMatch", 403,
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.", fault),
    };

    private static AwsError Error(string code, int status, string message, SignatureException fault) =>
        new(code, status, message, AwsErrorBody.LowerMessageOnly, fault);
}
