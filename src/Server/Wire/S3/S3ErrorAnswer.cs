using System.Xml;
using Lamina.Companions.S3;
using Lamina.Contract;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire.S3;

/// <summary>The one place where an error of S3 becomes HTTP.</summary>
internal static class S3ErrorAnswer
{
    public static Answer Of(AwsError error, HttpRequest request, string requestId, string hostId)
    {
        // RFC 9110 9.3.2: the answer to HEAD has no body; neither has 304.
        bool bodiless = HttpMethods.IsHead(request.Method) || error.Status == StatusCodes.Status304NotModified;
        Answer answer = bodiless ? S3Answers.Empty(error.Status) : S3Answers.Xml(error.Status, null, "Error", writer =>
        {
            writer.Text("Code", error.Code);
            writer.Text("Message", error.Message);
            foreach ((string name, string value) in error.Details)
            {
                writer.Text(name, Readable(value));
            }

            writer.Text("RequestId", requestId);
            writer.Text("HostId", hostId);
        });
        foreach ((string name, string value) in error.Headers)
        {
            answer.Headers.Add(new(name, value));
        }

        return answer;
    }

    // The client's own words: a client whose parser refuses the document would not learn what the error was.
    private static string Readable(string value) =>
        string.Concat(value.Select(static c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '\uFFFD'));

    /// <summary>The error that S3 would answer for an exception; what it does not say goes to the log only.</summary>
    public static AwsError Understand(Exception exception) => exception switch
    {
        AwsError { Code: "IncompleteSignatureException" } bad => S3Errors.Of("AuthorizationHeaderMalformed", 400, bad.Message),
        AwsError error => error,
        BadHttpRequestException => S3Errors.IncompleteBody(),
        _ => new AwsError("InternalError", 500, "We encountered an internal error. Please try again.", AwsErrorBody.LowerMessageOnly, exception),
    };
}
