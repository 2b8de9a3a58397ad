using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Lamina.Gateway;

/// <summary>What function URLs and HTTP APIs say alike in an event's <c>requestContext</c> (payload format 2.0).</summary>
internal readonly ref struct EventContext
{
    public required string AccountId { get; init; }

    public required string ApiId { get; init; }

    public required string DomainName { get; init; }

    public required HttpRequest Http { get; init; }

    public required string RawPath { get; init; }

    public required string SourceIp { get; init; }

    public required string RequestId { get; init; }

    public required string RouteKey { get; init; }

    public required string Stage { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Who signed the request; null when nobody has to.</summary>
    public UrlSigner? Signer { get; init; }

    public string? OrganizationId { get; init; }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("requestContext");
        writer.WriteString("accountId", AccountId);
        writer.WriteString("apiId", ApiId);
        WriteAuthorizer(writer);
        writer.WriteString("domainName", DomainName);
        writer.WriteString("domainPrefix", ApiId);
        writer.WriteStartObject("http");
        writer.WriteString("method", Http.Method);
        writer.WriteString("path", RawPath);
        writer.WriteString("protocol", Http.Protocol);
        writer.WriteString("sourceIp", SourceIp);
        writer.WriteString("userAgent", Http.Headers.UserAgent.ToString());
        writer.WriteEndObject();
        writer.WriteString("requestId", RequestId);
        writer.WriteString("routeKey", RouteKey);
        writer.WriteString("stage", Stage);
        writer.WriteString("time", Time.UtcDateTime.ToString("dd/MMM/yyyy:HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        writer.WriteNumber("timeEpoch", Time.ToUnixTimeMilliseconds());
        writer.WriteEndObject();
    }

    private void WriteAuthorizer(Utf8JsonWriter writer)
    {
        if (Signer is null)
        {
            return;
        }

        writer.WriteStartObject("authorizer");
        writer.WriteStartObject("iam");
        writer.WriteString("accessKey", Signer.AccessKeyId);
        writer.WriteString("accountId", Signer.Caller.Account.Value);
        writer.WriteString("callerId", Signer.AccessKeyId);
        writer.WriteNull("cognitoIdentity");
        writer.WriteString("principalOrgId", OrganizationId); // null stands as null
        writer.WriteString("userArn", Signer.Caller.PrincipalArn);
        writer.WriteString("userId", Signer.AccessKeyId);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
