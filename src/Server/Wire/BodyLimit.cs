using Lamina.Contract;

namespace Lamina.Server.Wire;

/// <param name="Bytes">0: the operation has no body.</param>
/// <param name="Pooled">The body is not needed once the operation has answered.</param>
/// <param name="TooLarge">The error for a body of so many bytes (as far as they are known).</param>
internal sealed record BodyLimit(int Bytes, bool Pooled, Func<long, AwsError> TooLarge)
{
    public static BodyLimit None { get; } = new(0, Pooled: true, static _ => throw new System.Diagnostics.UnreachableException());

    public static BodyLimit Small(string operation) => Of(operation, (int)Limits.SmallRequestBytes);

    /// <summary>For requests that carry an archive.</summary>
    public static BodyLimit Archive(string operation) => Of(operation, (int)Limits.RequestBytes);

    /// <summary>For requests that carry DynamoDB's items.</summary>
    public static BodyLimit Items(string service) => Of(service, Limits.DynamoDbRequestBytes);

    private static BodyLimit Of(string operation, int bytes) => new(
        bytes, Pooled: true, _ => AwsError.RequestEntityTooLarge($"Request must be smaller than {bytes} bytes for the {operation} operation"));
}
