using System.Security.Cryptography;
using Lamina.Cli.Lambda;

namespace Lamina.Rooms.Tests.Cli;

public sealed class RequestSignatureTests
{
    [Fact]
    public void A_request_is_signed_as_botocore_signs_it()
    {
        var connection = new Connection(new Uri("http://127.0.0.1:4566"), "eu-central-1", "111122223333", "secret");
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri(connection.Endpoint, "/2015-03-31/functions/orders%3A%24LATEST/invocations?Qualifier=1&Marker=a%20b"));

        string digest = Convert.ToHexStringLower(SHA256.HashData("{\"a\":1}"u8));
        RequestSignature.Sign(request, digest, connection, new DateTimeOffset(2026, 11, 23, 15, 4, 5, TimeSpan.Zero));

        // The expected value is what botocore 1.43 computes for the same request.
        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=111122223333/20261123/eu-central-1/lambda/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
            + "Signature=9bc4d3e22576a4cce9ce4efab78684a308e628be37b6b8f63fc90aef5620c444",
            string.Join(' ', request.Headers.GetValues("Authorization")));
    }
}
