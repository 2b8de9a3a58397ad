using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Lamina.Execution.RuntimeApi;

/// <summary>What a runtime tells behind a streamed body: that the function failed half-way. Of a body that has been read to its end.</summary>
internal static class ResponseTrailers
{
    private const string ErrorType = "Lambda-Runtime-Function-Error-Type";
    private const string ErrorBody = "Lambda-Runtime-Function-Error-Body";

    /// <summary>Null when nothing went wrong. The body is the error document, which travels as base64.</summary>
    public static (string ErrorType, PayloadBuffer Body)? Read(RuntimeRequest request)
    {
        if (request.Features.Get<IHttpRequestTrailersFeature>() is not { Available: true } feature
            || !feature.Trailers.TryGetValue(ErrorType, out Microsoft.Extensions.Primitives.StringValues type))
        {
            return null;
        }

        string encoded = feature.Trailers[ErrorBody].ToString();
        byte[] body = Base64.IsValid(encoded) ? Convert.FromBase64String(encoded) : Encoding.UTF8.GetBytes(encoded);
        return (ErrorCalls.ErrorTypeOf(type), new PayloadBuffer(body, null));
    }
}
