using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire;

/// <summary>
/// What a client that waits for <c>100 Continue</c> is told. Kestrel says it when a body is first read; a client that gets its answer
/// without it (nothing to send, or refused by the head alone) is not to use the connection again: it may not have sent a body that the
/// server would wait for, and the AWS CLI takes the next answer on such a connection for the rest of this one and hangs. S3 closes it as well.
/// </summary>
internal static class ExpectContinue
{
    public static void CloseUnlessTold(HttpContext context)
    {
        if (context.Request.Headers.Expect.Count > 0)
        {
            context.Response.OnStarting(static state => DecideAsync((HttpContext)state), context);
        }
    }

    private static Task DecideAsync(HttpContext context)
    {
        // What succeeds has read its body; of an error nobody knows.
        if (context.Request.ContentLength == 0 || context.Response.StatusCode >= StatusCodes.Status300MultipleChoices)
        {
            context.Response.Headers.Connection = "close";
        }

        return Task.CompletedTask;
    }
}
