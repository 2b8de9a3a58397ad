using Lamina.Contract;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire;

/// <summary>The one place where an error becomes HTTP.</summary>
internal static class ErrorAnswer
{
    public static Answer Of(AwsError error)
    {
        Answer answer = Answer.Bytes(error.Status, "application/json", Body(error), owner: null);
        answer.Headers.Add(new("x-amzn-ErrorType", error.Code));
        return answer;
    }

    /// <summary>The error that AWS would answer for an exception; what it does not say goes to the log only.</summary>
    public static AwsError Understand(Exception exception) => exception switch
    {
        AwsError error => error,
        BadHttpRequestException bad => new AwsError("BadRequestException", bad.StatusCode, bad.Message, AwsErrorBody.LowerMessageOnly, bad),
        _ => AwsError.Service("Lamina could not do this; its log says why.", exception),
    };

    private static ReadOnlyMemory<byte> Body(AwsError error) => WireJson.Write(writer =>
    {
        writer.WriteStartObject();
        if (error.Reason is not null)
        {
            writer.WriteString("Reason", error.Reason);
        }

        if (error.Body is AwsErrorBody.TypeAndLowerMessage or AwsErrorBody.TypeAndUpperMessage)
        {
            writer.WriteString("Type", error.Status < 500 ? "User" : "Service");
        }

        bool upper = error.Body is AwsErrorBody.TypeAndUpperMessage or AwsErrorBody.UpperMessageOnly or AwsErrorBody.NullMessage;
        writer.WriteString(upper ? "Message" : "message", error.Body == AwsErrorBody.NullMessage ? null : error.Message);
        writer.WriteEndObject();
    });
}
