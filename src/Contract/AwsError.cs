namespace Lamina.Contract;

/// <summary>
/// An answer that AWS would give instead of a result. Thrown by any room; one file in Server/Wire turns it into HTTP.
/// The message is public; an inner exception goes to the log only.
/// </summary>
public sealed class AwsError : Exception
{
    public AwsError(string code, int status, string message, AwsErrorBody body, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Status = status;
        Body = body;
    }

    /// <summary>AWS's name of the error, sent in the header x-amzn-ErrorType.</summary>
    public string Code { get; }

    public int Status { get; }

    public AwsErrorBody Body { get; }

    /// <summary>The extra member Reason of TooManyRequestsException and a few others.</summary>
    public string? Reason { get; init; }

    /// <summary>Further elements of S3's XML error: BucketName, Key and the like.</summary>
    public IReadOnlyList<(string Name, string Value)> Details { get; init; } = [];

    /// <summary>Further members of an error in JSON, each as JSON: DynamoDB's Item and CancellationReasons.</summary>
    public IReadOnlyList<(string Name, ReadOnlyMemory<byte> Json)> Members { get; init; } = [];

    /// <summary>Further headers of S3's errors: x-amz-delete-marker and the like.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public static AwsError InvalidParameterValue(string message) =>
        new("InvalidParameterValueException", 400, message, AwsErrorBody.TypeAndLowerMessage);

    public static AwsError Validation(string message) =>
        new("ValidationException", 400, message, AwsErrorBody.LowerMessageOnly);

    public static AwsError ResourceNotFound(string message) =>
        new("ResourceNotFoundException", 404, message, AwsErrorBody.TypeAndUpperMessage);

    public static AwsError ResourceConflict(string message) =>
        new("ResourceConflictException", 409, message, AwsErrorBody.TypeAndLowerMessage);

    public static AwsError PreconditionFailed(string message) =>
        new("PreconditionFailedException", 412, message, AwsErrorBody.TypeAndLowerMessage);

    public static AwsError PolicyLengthExceeded(string message) =>
        new("PolicyLengthExceededException", 400, message, AwsErrorBody.TypeAndLowerMessage);

    public static AwsError CodeStorageExceeded() =>
        new("CodeStorageExceededException", 400, "Code storage limit exceeded.", AwsErrorBody.TypeAndLowerMessage);

    public static AwsError AccessDenied(string message) =>
        new("AccessDeniedException", 403, message, AwsErrorBody.UpperMessageOnly);

    /// <summary>Without a reason, as AWS refuses what no policy could allow: <c>{"Message":null}</c>.</summary>
    public static AwsError AccessDenied() => new("AccessDeniedException", 403, "Access denied.", AwsErrorBody.NullMessage);

    public static AwsError RequestEntityTooLarge(string message) =>
        new("RequestEntityTooLargeException", 413, message, AwsErrorBody.UpperMessageOnly);

    public static AwsError RequestTooLarge(string message) =>
        new("RequestTooLargeException", 413, message, AwsErrorBody.TypeAndLowerMessage);

    public static AwsError InvalidRequestContent(string message) =>
        new("InvalidRequestContentException", 400, message, AwsErrorBody.TypeAndLowerMessage);

    public static AwsError Serialization(string message) =>
        new("SerializationException", 400, message, AwsErrorBody.LowerMessageOnly);

    public static AwsError TooManyRequests(string message, string reason) =>
        new("TooManyRequestsException", 429, message, AwsErrorBody.TypeAndLowerMessage) { Reason = reason };

    public static AwsError Service(string message, Exception? inner = null) =>
        new("ServiceException", 500, message, AwsErrorBody.TypeAndUpperMessage, inner);
}

/// <summary>The shapes in which AWS writes an error's body; the casing differs from error to error (recorded from AWS).</summary>
public enum AwsErrorBody
{
    /// <summary><c>{"Type":"User","message":"…"}</c></summary>
    TypeAndLowerMessage,

    /// <summary><c>{"Type":"User","Message":"…"}</c></summary>
    TypeAndUpperMessage,

    /// <summary><c>{"message":"…"}</c></summary>
    LowerMessageOnly,

    /// <summary><c>{"Message":"…"}</c></summary>
    UpperMessageOnly,

    /// <summary><c>{"Message":null}</c>; the message goes to the log only.</summary>
    NullMessage,
}
