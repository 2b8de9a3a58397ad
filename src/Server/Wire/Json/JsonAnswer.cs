using System.Globalization;
using System.IO.Hashing;
using Lamina.Contract;

namespace Lamina.Server.Wire.Json;

/// <summary>Words results and errors as the JSON 1.0 and 1.1 protocols do.</summary>
internal static class JsonAnswer
{
    /// <param name="contentType">That of the request's protocol: application/x-amz-json-1.1.</param>
    public static Answer Of(JsonResult result, string contentType, JsonDialect dialect) => WithChecksum(
        200,
        contentType,
        result.Write is not { } write ? ReadOnlyMemory<byte>.Empty : WireJson.Write(writer =>
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }),
        dialect);

    /// <summary>These protocols tell the error in the body, and know no other status than 400 and those of the server's own faults.</summary>
    public static Answer Of(AwsError error, string contentType) => Of(error, contentType, JsonDialect.Plain);

    public static Answer Of(AwsError error, string contentType, JsonDialect dialect)
    {
        // Where AWS adds members to the error, it may also write the message's name as the model has it.
        string message = error is { Members.Count: > 0, Body: AwsErrorBody.UpperMessageOnly } ? "Message" : "message";
        Answer answer = WithChecksum(
            error.Status < 500 ? 400 : error.Status,
            contentType,
            WireJson.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("__type", dialect.TypeOf(error.Code));
                foreach ((string name, ReadOnlyMemory<byte> value) in error.Members)
                {
                    writer.WritePropertyName(name);
                    writer.WriteRawValue(value.Span, skipInputValidation: true);
                }

                writer.WriteString(message, error.Message);
                writer.WriteEndObject();
            }),
            dialect);
        answer.Headers.Add(new("x-amzn-ErrorType", error.Code));
        return answer;
    }

    private static Answer WithChecksum(int status, string contentType, ReadOnlyMemory<byte> body, JsonDialect dialect)
    {
        Answer answer = Answer.Bytes(status, contentType, body, owner: null);
        if (dialect.HasChecksum)
        {
            answer.Headers.Add(new("x-amz-crc32", Crc32.HashToUInt32(body.Span).ToString(CultureInfo.InvariantCulture)));
        }

        return answer;
    }
}
