using Lamina.Contract;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire;

/// <summary>What an operation is asked, by whom.</summary>
internal sealed class OperationCall(HttpRequest request, RequestTarget target, OperationTable.Entry entry, Caller caller, string requestId)
    : IRequestMembers
{
    public Caller Caller { get; } = caller;

    /// <summary>Sent as x-amzn-RequestId; for Invoke also what the function sees.</summary>
    public string RequestId { get; } = requestId;

    /// <summary>Host and port as the client knows us; links in answers use them.</summary>
    public string Authority { get; } = request.Host.Value!;

    /// <summary>Null for a connection that has none.</summary>
    public string? SourceAddress => request.HttpContext.Connection.RemoteIpAddress?.ToString();

    public string? ContentType => request.ContentType;

    /// <summary>Valid until the operation has answered.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    public string? Label(string name) => entry.Label(name, target);

    public string? Query(string name) => target.Query(name);

    public IReadOnlyList<string>? QueryList(string name) => target.QueryList(name);

    public string? Header(string name)
    {
        Microsoft.Extensions.Primitives.StringValues values = request.Headers[name];
        return values.Count <= 1
            ? (string?)values
            : throw new AwsError("BadRequestException", 400, $"The header {name} is there more than once.", AwsErrorBody.LowerMessageOnly);
    }
}
