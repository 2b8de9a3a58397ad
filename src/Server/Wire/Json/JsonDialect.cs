namespace Lamina.Server.Wire.Json;

/// <summary>In what one service of the JSON protocols differs from others.</summary>
/// <param name="TypeOf">The error's <c>__type</c> from its code.</param>
/// <param name="HasChecksum">Answers tell their CRC-32, which DynamoDB's clients compare.</param>
internal sealed record JsonDialect(Func<string, string> TypeOf, bool HasChecksum)
{
    public static JsonDialect Plain { get; } = new(static code => code, HasChecksum: false);

    public static JsonDialect DynamoDb { get; } = new(
        static code => code switch
        {
            "ValidationException" => $"com.amazon.coral.validate#{code}",
            "SerializationException" or "UnknownOperationException" or "AccessDeniedException" => $"com.amazon.coral.service#{code}",
            _ => $"com.amazonaws.dynamodb.v20120810#{code}",
        },
        HasChecksum: true);
}
