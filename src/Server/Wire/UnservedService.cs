using System.Security;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire;

/// <summary>
/// The answer to a request for an AWS service that Lamina does not have. 501, because no SDK retries it (botocore's and the
/// JavaScript SDK's lists are 500, 502, 503, 504), in the form that the service's clients can read.
/// </summary>
internal static class UnservedService
{
    private const string Code = "NotImplementedException";

    public static Answer Refuse(HttpRequest request, string service, string requestId)
    {
        string message = $"Lamina does not serve the AWS service '{service}' yet.";
        Answer answer = request.HasFormContentType
            ? Answer.Bytes(501, "text/xml", Encoding.UTF8.GetBytes(Xml(message, requestId)), owner: null)
            : Answer.Bytes(501, "application/json", Json(message), owner: null);
        answer.Headers.Add(new("x-amzn-ErrorType", Code));
        return answer;
    }

    private static ReadOnlyMemory<byte> Json(string message) => WireJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("__type", Code);
        writer.WriteString("message", message);
        writer.WriteEndObject();
    });

    private static string Xml(string message, string requestId)
    {
        string error = $"<Code>{Code}</Code><Message>{SecurityElement.Escape(message)}</Message>";
        return $"<ErrorResponse><Error><Type>Receiver</Type>{error}</Error><RequestId>{requestId}</RequestId></ErrorResponse>";
    }
}
