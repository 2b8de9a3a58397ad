using System.Security.Cryptography;
using System.Text;
using Lamina.Access.Identities;
using Lamina.Access.Sessions;
using Lamina.Access.Signatures;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Extensions.Time.Testing;

namespace Lamina.Rooms.Tests.Access;

public sealed class SignatureVerifierTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-keys-").FullName;
    private readonly FakeTimeProvider _time = new(SignatureVectors.Moment);
    private readonly SqliteCatalog _catalog;
    private readonly SessionIssuer _sessions;

    public SignatureVerifierTests()
    {
        _catalog = SqliteCatalog.Open(Path.Combine(_folder, "catalog.db"));
        _sessions = new SessionIssuer(SessionKey.Open(_folder));
    }

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(SignatureVectors.Names), MemberType = typeof(SignatureVectors))]
    public void What_botocore_signs_is_accepted(string name)
    {
        (SignedRequest request, ReadOnlyMemory<byte> body) = SignatureVectors.Of(name);

        Signer signer = Verify(request, body);

        Assert.Equal("arn:aws:iam::111122223333:user/ann", signer.PrincipalArn);
    }

    [Fact]
    public void A_request_that_is_sent_twice_within_its_time_is_accepted_twice()
    {
        (SignedRequest request, ReadOnlyMemory<byte> body) = SignatureVectors.Of("header: POST with a body");

        Verify(request, body);
        _time.Advance(TimeSpan.FromMinutes(4));

        Assert.Equal("111122223333", Verify(request, body).Account.Value);
    }

    [Theory]
    [InlineData("header: GET", 300, "Signature expired: 20261126T120000Z is now earlier than 20261126T120001Z (20261126T120501Z - 5 min.)")]
    [InlineData("header: form", 900, "Signature expired: 20261126T120000Z is now earlier than 20261126T120001Z (20261126T121501Z - 15 min.)")]
    [InlineData("header: GET", -300, "Signature not yet current: 20261126T120000Z is still later than 20261126T115959Z (20261126T115459Z + 5 min.)")]
    [InlineData("s3: header", 900, "The difference between the request time and the current time is too large.")]
    [InlineData("presigned: GET", 900, "Signature expired: 20261126T121500Z is now earlier than 20261126T121501Z")]
    [InlineData("s3: presigned", 604_800, "Request has expired")]
    public void A_signature_is_good_until_its_time_is_over(string name, int seconds, string refusal)
    {
        (SignedRequest request, ReadOnlyMemory<byte> body) = SignatureVectors.Of(name);
        int further = Math.Sign(seconds);

        _time.AdjustTime(SignatureVectors.Moment.AddSeconds(seconds));
        Verify(request, body);
        _time.AdjustTime(SignatureVectors.Moment.AddSeconds(seconds + further));

        Assert.Equal(refusal, Refused(request, body).Message);
    }

    [Theory]
    [InlineData("header: GET", "/20261126/", "/20261125/", "InvalidSignatureException", "Date in Credential scope does not match YYYYMMDD")]
    [InlineData("header: GET", "/lambda/", "/lambdas/", "InvalidSignatureException", "The request signature we calculated does not match")]
    [InlineData("header: GET", "/eu-central-1/", "/eu-central-2/", "InvalidSignatureException", "The request signature we calculated does not match")]
    [InlineData("header: GET", "aws4_request", "aws5_request", "InvalidSignatureException", "Credential should be scoped with a valid terminator: 'aws4_request'")]
    [InlineData("header: GET", "AKIDEXAMPLE", "AKIDOTHER", "UnrecognizedClientException", "The security token included in the request is invalid.")]
    [InlineData("header: GET", "Signature=", "Signatur=", "IncompleteSignatureException", "Authorization header requires 'Signature' parameter.")]
    [InlineData("header: GET", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA255", "IncompleteSignatureException", "requires the algorithm")]
    [InlineData("header: GET", "host;x-amz-date", "x-amz-date", "InvalidSignatureException", "'Host' or ':authority' must be a 'SignedHeader'")]
    [InlineData("header: form", "AKIDEXAMPLE", "AKIDOTHER", "InvalidClientTokenId", "The security token included in the request is invalid.")]
    [InlineData("header: form", "/sts/", "/iam/", "SignatureDoesNotMatch", "The request signature we calculated does not match")]
    [InlineData("s3: header", "AKIDEXAMPLE", "AKIDOTHER", "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")]
    [InlineData("s3: header", "eu-central-1", "eu-central-2", "SignatureDoesNotMatch", "Check your key and signing method.")]
    public void An_Authorization_that_was_changed_is_refused_as_AWS_refuses_it(string name, string from, string to, string code, string text)
    {
        (SignedRequest request, ReadOnlyMemory<byte> body) = SignatureVectors.Of(name);
        SignedRequest changed = WithHeader(request, "Authorization", request.Header("Authorization")!.Replace(from, to, StringComparison.Ordinal));

        AwsError refusal = Refused(changed, body);

        Assert.Equal(code, refusal.Code);
        Assert.Contains(text, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_says_what_to_do_must_be_signed()
    {
        (SignedRequest request, ReadOnlyMemory<byte> body) = SignatureVectors.Of("header: GET");

        AwsError refusal = Refused(WithHeader(request, "X-Amz-Invocation-Type", "Event"), body);

        Assert.Equal("'X-Amz-Invocation-Type' must be a 'SignedHeader' in the AWS Authorization.", refusal.Message);
    }

    [Fact]
    public void Another_body_is_refused()
    {
        (SignedRequest request, _) = SignatureVectors.Of("header: POST with a body");

        Assert.Equal("InvalidSignatureException", Refused(request, "{\"a\":2}"u8.ToArray()).Code);
    }

    [Fact]
    public void A_presigned_url_is_good_for_a_week_at_most()
    {
        (SignedRequest request, ReadOnlyMemory<byte> body) = SignatureVectors.Of("s3: presigned");
        SignedRequest longer = request with
        {
            Query = [.. request.Query.Select(static pair => pair.Key == "X-Amz-Expires" ? new(pair.Key, "604801") : pair)],
        };

        Assert.Equal("AuthorizationQueryParametersError", Refused(longer, body).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AWS4-HMAC-SHA256 ")]
    [InlineData("AWS4-HMAC-SHA256 Credential=,Signature=,SignedHeaders=")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/b/c,Signature=x,SignedHeaders=host")]
    [InlineData("AWS4-HMAC-SHA256 Credential=////,Signature=x,SignedHeaders=;;;")]
    [InlineData("AWS4-HMAC-SHA256 =,=,=")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a,Credential=a")]
    [InlineData("Basic YTpi")]
    public void A_hostile_Authorization_is_an_incomplete_one(string authorization)
    {
        (SignedRequest request, ReadOnlyMemory<byte> body) = SignatureVectors.Of("header: GET");

        Assert.Equal("IncompleteSignatureException", Refused(WithHeader(request, "Authorization", authorization), body).Code);
    }

    [Fact]
    public void A_session_is_known_by_its_token_until_it_is_over()
    {
        SessionCredentials credentials = _sessions.Issue(
            AccountId.Parse("111122223333"), "arn:aws:sts::111122223333:assumed-role/r/s", "AROAEXAMPLE:s", null, SignatureVectors.Moment.AddHours(1));
        KeyRing keys = Keys();

        Assert.Equal(
            "arn:aws:sts::111122223333:assumed-role/r/s",
            keys.Find(credentials.AccessKeyId, credentials.SessionToken, SignatureVectors.Moment.AddMinutes(59)).PrincipalArn);
        Assert.Equal(SignatureFault.ExpiredToken, Fault(() => keys.Find(credentials.AccessKeyId, credentials.SessionToken, SignatureVectors.Moment.AddHours(1))));
        Assert.Equal(SignatureFault.UnknownKey, Fault(() => keys.Find("AKIDEXAMPLE", credentials.SessionToken, SignatureVectors.Moment)));
        Assert.Equal(SignatureFault.UnknownKey, Fault(() => keys.Find(credentials.AccessKeyId, null, SignatureVectors.Moment)));
    }

    /// <summary>AWS's own example of a body in chunks: 64 KB, 1 KB and the empty last one.</summary>
    [Fact]
    public void Chunks_are_verified_one_behind_the_other()
    {
        ChunkSignatures chunks = new(
            new SigningKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524/us-east-1/s3/aws4_request"), ChunkedSeed());

        chunks.VerifyChunk(SHA256.HashData(Encoding.ASCII.GetBytes(new string('a', 65_536))), "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
        chunks.VerifyChunk(SHA256.HashData(Encoding.ASCII.GetBytes(new string('a', 1_024))), "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");

        byte[] last = SHA256.HashData([]);
        Assert.Equal(SignatureFault.Mismatch, Fault(() => chunks.VerifyChunk(last, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")));
        chunks.VerifyChunk(last, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
    }

    private static RequestSignature ChunkedSeed() => new()
    {
        AccessKeyId = "AKIAIOSFODNN7EXAMPLE",
        Scope = "20130524/us-east-1/s3/aws4_request",
        Region = "us-east-1",
        Service = "s3",
        SignedHeaders = [],
        Value = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        Time = new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero),
        Lifetime = null,
        SessionToken = null,
    };

    private static SignedRequest WithHeader(SignedRequest request, string name, string value) => request with
    {
        Headers = [.. request.Headers.Where(header => header.Key != name), new(name, value)],
    };

    private static SignatureFault Fault(Action action) => Assert.Throws<SignatureException>(action).Fault;

    private KeyRing Keys() => new(SignatureVectors.Keys, new IdentityStore(_catalog), _sessions);

    private Signer Verify(SignedRequest request, ReadOnlyMemory<byte> body)
    {
        VerifiedHead head = new SignatureVerifier(Keys(), _time).VerifyHead(request, RequestSignature.Read(request)!);
        head.VerifyBody?.Invoke(body);
        return head.PayloadSha256 is null || head.PayloadSha256.AsSpan().SequenceEqual(SHA256.HashData(body.Span))
            ? head.Signer
            : throw new SignatureException(SignatureFault.WrongPayload, "");
    }

    private AwsError Refused(SignedRequest request, ReadOnlyMemory<byte> body)
    {
        string service = request.Header("Authorization") is { } authorization && authorization.Split('/') is [_, _, _, var named, ..] ? named
            : request.Query.Any(static pair => pair.Value.Contains("/s3/", StringComparison.Ordinal)) ? "s3" : "lambda";
        return SignatureErrors.Word(Assert.Throws<SignatureException>(() => Verify(request, body)), service == "lambdas" ? "lambda" : service is "iam" or "sts" or "s3" ? service : "lambda");
    }
}
