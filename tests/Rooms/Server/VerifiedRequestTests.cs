using System.Text;
using Lamina.Access.Signatures;

namespace Lamina.Rooms.Tests.Server;

/// <summary>A server with keys configured.</summary>
public sealed class KeyedHouse : IAsyncLifetime
{
    internal const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    internal ServedHouse House { get; private set; } = null!;

    internal SigningClient Ann => new(House.Address.Authority, "AKIDANN", Secret);

    public async ValueTask InitializeAsync() => House = await ServedHouse.OpenAsync(static options => options with
    {
        Keys = ConfiguredKeys.Parse(Encoding.UTF8.GetBytes(
            $$"""{"keys":[{"accessKeyId":"AKIDANN","secretAccessKey":"{{Secret}}","account":"111122223333","user":"ann"}]}""")),
    });

    public ValueTask DisposeAsync() => House.DisposeAsync();
}

public sealed class VerifiedRequestTests(KeyedHouse keyed) : IClassFixture<KeyedHouse>
{
    private const string Form = "application/x-www-form-urlencoded; charset=utf-8";

    [Fact]
    public async Task A_signed_request_is_served_in_the_account_of_its_key()
    {
        (int status, string body) = await SendAsync(Sign("sts", "POST", "/", "", "Action=GetCallerIdentity&Version=2011-06-15", ("content-type", Form)));

        Assert.Equal(200, status);
        Assert.Contains("<Account>111122223333</Account>", body, StringComparison.Ordinal);
        Assert.Contains("<Arn>arn:aws:iam::111122223333:user/ann</Arn>", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/2015-03-31/functions", "MissingAuthenticationTokenException")]
    [InlineData("/_lamina/functions/f/logs", "MissingAuthenticationTokenException")]
    public async Task What_is_not_signed_is_refused(string path, string code)
    {
        Reply reply = await keyed.House.SendAsync(HttpMethod.Get, path);

        Assert.Equal(403, (int)reply.Status);
        Assert.Equal(code, reply.ErrorType);
        Assert.Equal("Missing Authentication Token", reply.Message);
    }

    [Fact]
    public async Task Health_tells_nobodys_secrets_and_needs_no_signature() =>
        Assert.Equal(200, (int)(await keyed.House.SendAsync(HttpMethod.Get, "/_lamina/health")).Status);

    [Fact]
    public async Task A_key_of_twelve_digits_is_no_account_here()
    {
        SigningClient digits = keyed.Ann with { AccessKeyId = "000000000000" };

        (int status, string body) = await SendAsync(digits.Sign("lambda", "GET", "/2015-03-31/functions", "", "", DateTimeOffset.UtcNow));

        Assert.Equal(403, status);
        Assert.Contains("The security token included in the request is invalid.", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_of_Lambda_wants_a_credential_for_Lambda()
    {
        (int status, string body) = await SendAsync(Sign("dynamodb", "GET", "/2015-03-31/functions", "", ""));

        Assert.Equal(403, status);
        Assert.Contains("Credential should be scoped to correct service: 'lambda'. ", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_not_the_one_whose_digest_was_signed_is_refused()
    {
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("{}"u8));
        SignedText request = Sign("lambda", "POST", "/2015-03-31/functions", "", "{}", ("x-amz-content-sha256", digest));

        Assert.Equal(400, (await SendAsync(request)).Status);
        Assert.Equal(403, (await SendAsync(request with { Body = "{ }" })).Status);
        Assert.Equal(403, (await SendAsync(request with { Body = "" })).Status);
    }

    [Fact]
    public async Task A_session_made_here_is_honoured_and_its_end_is_told()
    {
        (_, string made) = await SendAsync(Sign("sts", "POST", "/", "", "Action=GetSessionToken&Version=2011-06-15", ("content-type", Form)));
        SigningClient session = new(keyed.Ann.Host, Between(made, "AccessKeyId"), Between(made, "SecretAccessKey"), Between(made, "SessionToken"));

        Assert.Equal(200, (await SendAsync(session.Sign("lambda", "GET", "/2015-03-31/functions", "", "", DateTimeOffset.UtcNow))).Status);

        (int status, string body) = await SendAsync(
            (session with { Token = session.Token + "AAAA" }).Sign("lambda", "GET", "/2015-03-31/functions", "", "", DateTimeOffset.UtcNow));
        Assert.Equal(403, status);
        Assert.Contains("The security token included in the request is invalid.", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_10000_changed_requests_none_is_accepted()
    {
        List<string> accepted = [];
        await Parallel.ForAsync(0, 10_000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (seed, cancellationToken) =>
        {
            Random random = new(seed);
            SignedText original = Valid(random);
            SignedText changed = Changed(original, random);
            (int status, string head, string body) = await RawConnection.ExchangeAsync(keyed.House.Address, changed.ToBytes(), cancellationToken);
            if (status is not (>= 400 and < 500) || !IsRefusal(head, body))
            {
                lock (accepted)
                {
                    accepted.Add($"seed {seed}: {status} {changed.Method} {changed.Target} {body}");
                }
            }
        });

        Assert.Empty(accepted);
    }

    [Fact]
    public async Task The_same_requests_unchanged_get_past_the_signature()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            (int status, string head, string body) = await RawConnection.ExchangeAsync(
                keyed.House.Address, Valid(new Random(seed)).ToBytes(), CancellationToken.None);
            Assert.False(status == 403, $"seed {seed}: {head} {body}");
        }
    }

    private SignedText Valid(Random random) => random.Next(5) switch
    {
        0 => Sign("lambda", "GET", "/2015-03-31/functions", "MaxItems=5&FunctionVersion=ALL", ""),
        1 => Sign("lambda", "POST", "/2015-03-31/functions", "", """{"FunctionName":"f","Runtime":"python3.12"}""", ("content-type", "application/json")),
        2 => Sign("lambda", "POST", "/2015-03-31/functions/f/invocations", "Qualifier=1", "{}", ("x-amz-invocation-type", "Event"), ("x-amz-log-type", "None")),
        3 => Sign("sts", "POST", "/", "", "Action=GetCallerIdentity&Version=2011-06-15", ("content-type", Form)),
        _ => Sign("iam", "POST", "/", "", "Action=ListRoles&Version=2010-05-08&MaxItems=7", ("content-type", Form)),
    };

    /// <summary>One character of what is covered becomes another one, or a part comes or goes.</summary>
    private static SignedText Changed(SignedText request, Random random)
    {
        int header = random.Next(request.Headers.Count);
        KeyValuePair<string, string> chosen = request.Headers[header];
        return random.Next(9) switch
        {
            0 => request with { Method = request.Method == "GET" ? "DELETE" : request.Method == "POST" ? "PUT" : "GET" },
            1 when request.Target.Length > 1 => request with { Target = OneChanged(request.Target, random, from: 1) },
            2 when request.Body.Length > 0 => request with { Body = OneChanged(request.Body, random, from: 0) },
            3 => request with { Body = request.Body + "x" },
            4 => request with { Target = request.Target + (request.Target.Contains('?', StringComparison.Ordinal) ? "&" : "?") + $"a{random.Next()}=1" },
            5 => request with { Headers = [.. request.Headers, new($"x-amz-a{random.Next()}", "1")] },
            6 => request with { Headers = [.. request.Headers.Where((_, index) => index != header)] },
            _ => request with { Headers = [.. request.Headers.Select((pair, index) => index == header ? new(pair.Key, OneChanged(chosen.Value, random, from: 0)) : pair)] },
        };
    }

    private static string OneChanged(string text, Random random, int from)
    {
        int at = random.Next(from, text.Length);
        char other = (char)random.Next('!', '~' + 1);
        return other == text[at] ? OneChanged(text, random, from) : $"{text[..at]}{other}{text[(at + 1)..]}";
    }

    /// <summary>Refused before anything was looked at or done: for its signature, its host, or because it is no HTTP any more.</summary>
    private static bool IsRefusal(string head, string body)
    {
        string[] refusals =
        [
            "InvalidSignatureException", "IncompleteSignature", "UnrecognizedClientException", "MissingAuthenticationToken", "SignatureDoesNotMatch", "InvalidClientTokenId",
            "AuthorizationHeaderMalformed", "InvalidAccessKeyId", "InvalidRequest", "BadRequestException", "UriTooLongException", "AccessDenied", "is not one this server answers to",
        ];
        return body.Length == 0 || refusals.Any(refusal => head.Contains(refusal, StringComparison.Ordinal) || body.Contains(refusal, StringComparison.Ordinal));
    }

    private static string Between(string xml, string element)
    {
        int start = xml.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        return xml[start..xml.IndexOf($"</{element}>", start, StringComparison.Ordinal)];
    }

    private SignedText Sign(string service, string method, string path, string query, string body, params (string Name, string Value)[] more) =>
        keyed.Ann.Sign(service, method, path, query, body, DateTimeOffset.UtcNow, more);

    private async Task<(int Status, string Body)> SendAsync(SignedText request)
    {
        (int status, _, string body) = await RawConnection.ExchangeAsync(keyed.House.Address, request.ToBytes(), CancellationToken.None);
        return (status, body);
    }
}
