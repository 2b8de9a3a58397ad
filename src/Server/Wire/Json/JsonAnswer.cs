using Lamina.Contract;

namespace Lamina.Server.Wire.Json;

/// <summary>Words results and errors as the JSON 1.0 and 1.1 protocols do.</summary>
internal static class JsonAnswer
{
    /// <param name="contentType">That of the request's protocol: application/x-amz-json-1.1.</param>
    public static Answer Of(JsonResult result, string contentType) => Answer.Bytes(
        200,
        contentType,
        result.Write is not { } write ? ReadOnlyMemory<byte>.Empty : WireJson.Write(writer =>
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }),
        owner: null);

    /// <summary>These protocols tell the error in the body, and know no other status than 400 and those of the server's own faults.</summary>
    public static Answer Of(AwsError error, string contentType)
    {
        Answer answer = Answer.Bytes(
            error.Status < 500 ? 400 : error.Status,
            contentType,
            WireJson.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("__type", error.Code);
                writer.WriteString("message", error.Message);
                writer.WriteEndObject();
            }),
            owner: null);
        answer.Headers.Add(new("x-amzn-ErrorType", error.Code));
        return answer;
    }
}
