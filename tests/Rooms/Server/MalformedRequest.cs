using System.Text;

namespace Lamina.Rooms.Tests.Server;

/// <summary>Requests that are wrong in one way each, chosen by a seed.</summary>
internal static class MalformedRequest
{
    private const string Valid =
        """{"FunctionName":"f","Runtime":"python3.12","Role":"arn:aws:iam::000000000000:role/r","Handler":"h.h","Code":{"ZipFile":"UEsDBA=="}}""";

    private static readonly Func<Random, byte[]>[] Kinds =
    [
        TruncatedBody, RandomBody, WrongType, BadBase64, DeepBody, BadUtf8, WrongValue, HugeNumber,
        BadEscape, DoubleSlash, UnknownPath, WrongMethod, ControlCharacter, LongPath, DuplicateKey, BadNumber, BadMarker,
        ForeignHost, ForeignOrigin, BadSignature, BadInvocationType, BadClientContext, BadEvent, BadContentType, UnknownFunction, BadQualifier,
        Garbage, BadLength, BadChunk, NoHost, NotServed, BrokenLink,
    ];

    public static byte[] Make(int seed)
    {
        Random random = new(seed);
        return Kinds[random.Next(Kinds.Length)](random);
    }

    private static byte[] TruncatedBody(Random random) => Create(Encoding.UTF8.GetBytes(Valid[..random.Next(1, Valid.Length - 1)]));

    private static byte[] RandomBody(Random random) => Create(Bytes(random, random.Next(1, 2000)));

    private static byte[] WrongType(Random random)
    {
        string[] values = ["5", "\"x\"", "[]", "true", "1.5"];
        string[] members = ["Environment", "VpcConfig", "Layers", "Timeout", "Code"];
        string member = Pick(random, members);
        string value = member == "Layers" ? "{}" : member == "Timeout" ? "\"5\"" : Pick(random, values);
        return Create(Encoding.UTF8.GetBytes($"{Valid[..^1]},\"{member}\":{value}}}"));
    }

    private static byte[] BadBase64(Random random) =>
        Create(Encoding.UTF8.GetBytes(Valid.Replace("UEsDBA==", new string('!', random.Next(1, 100)), StringComparison.Ordinal)));

    private static byte[] DeepBody(Random random) =>
        Create(Encoding.UTF8.GetBytes($"{{\"Code\":{string.Concat(Enumerable.Repeat("{\"a\":", random.Next(100, 3000)))}"));

    private static byte[] BadUtf8(Random random) => Create([.. "{\"Role\":\""u8, (byte)random.Next(0x80, 0xBF), .. "\"}"u8]);

    private static byte[] WrongValue(Random random) => Create(Encoding.UTF8.GetBytes(Pick(
        random,
        [
            Valid.Replace("\"f\"", $"\"f{(char)random.Next('!', ',')}\"", StringComparison.Ordinal),
            Valid.Replace("python3.12", "cobol85", StringComparison.Ordinal),
            Valid.Replace("arn:aws:iam", "arn", StringComparison.Ordinal),
            Valid.Replace("h.h", new string('h', 129), StringComparison.Ordinal),
            Valid,
        ])));

    private static byte[] HugeNumber(Random random) =>
        Create(Encoding.UTF8.GetBytes($"{Valid[..^1]},\"Timeout\":{random.NextInt64(901, long.MaxValue)}}}"));

    private static byte[] BadEscape(Random random) => Get("/2015-03-31/functions/f" + Pick(random, ["%", "%4", "%zz", "%f", "%ff", "%C3%28", "%00"]));

    private static byte[] DoubleSlash(Random random) => Get(Pick(random, ["//2015-03-31/functions", "/2015-03-31//functions", "/2015-03-31/functions//configuration"]));

    private static byte[] UnknownPath(Random random) => Get($"/{random.Next()}/{random.Next()}");

    private static byte[] WrongMethod(Random random) =>
        Request(Pick(random, ["PATCH", "PUT", "FOO", "OPTIONS"]), "/2015-03-31/functions", "", []);

    private static byte[] ControlCharacter(Random random) => Get($"/2015-03-31/functions/f%{random.Next(0x20):x2}");

    private static byte[] LongPath(Random random) => Get("/2015-03-31/functions/" + new string('a', random.Next(257, 60_000)));

    private static byte[] DuplicateKey(Random random) => Get($"/2015-03-31/functions?MaxItems={random.Next(1, 50)}&MaxItems=1");

    private static byte[] BadNumber(Random random) =>
        Get("/2018-10-31/layers?MaxItems=" + Pick(random, ["0", "-1", "51", "x", "", "1e3", "99999999999999999999"]));

    private static byte[] BadMarker(Random random) => Get($"/2018-10-31/layers/l/versions?Marker={Pick(random, ["%21", "YWJj", "a"])}");

    private static byte[] ForeignHost(Random random) => Request("GET", "/2015-03-31/functions", "", [], $"evil{random.Next()}.example");

    private static byte[] ForeignOrigin(Random random) =>
        Request("POST", "/2015-03-31/functions", $"Origin: {Pick(random, ["null", "https://evil.example", "http://localhost:1", "x"])}\r\n", []);

    private static byte[] BadSignature(Random random) => Request(
        "GET",
        "/2015-03-31/functions",
        $"Authorization: AWS4-HMAC-SHA256 {Pick(random, ["", "Credential=", "Credential=a/b/c", "Credential=a/b/c/d/e/f", "Credential=a/b/ü/lambda/aws4_request"])}\r\n",
        []);

    private static byte[] BadInvocationType(Random random) => Invoke($"X-Amz-Invocation-Type: T{random.Next()}\r\n", "{}"u8.ToArray());

    private static byte[] BadClientContext(Random random) =>
        Invoke($"X-Amz-Client-Context: {Pick(random, ["!", "e30", "W10=", new string('a', 3584)])}\r\n", "{}"u8.ToArray());

    private static byte[] BadEvent(Random random) => Invoke("", Bytes(random, random.Next(1, 500)));

    private static byte[] BadContentType(Random random) =>
        Invoke($"Content-Type: {Pick(random, ["text/xml", "image/png", "nonsense", "multipart/form-data; boundary=x"])}\r\n", "{}"u8.ToArray());

    private static byte[] UnknownFunction(Random random) => Get($"/2015-03-31/functions/f{random.Next()}");

    private static byte[] BadQualifier(Random random) => Get($"/2015-03-31/functions/f?Qualifier=%{random.Next(0x21, 0x24):x2}");

    private static byte[] Garbage(Random random) => [.. Bytes(random, random.Next(1, 300)).Select(value => value is (byte)'\n' ? (byte)'x' : value), .. "\r\n\r\n"u8];

    private static byte[] BadLength(Random random) =>
        Encoding.ASCII.GetBytes($"POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {Pick(random, ["-1", "x", "1, 2", "99999999999999999999"])}\r\n\r\n{{}}");

    private static byte[] BadChunk(Random random) =>
        Encoding.ASCII.GetBytes($"POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{Pick(random, ["zz\r\n", "2\r\n{}xx\r\n", "-1\r\n", "ffffffffffffffff\r\n"])}\r\n");

    private static byte[] NoHost(Random random) => Encoding.ASCII.GetBytes($"GET /{random.Next()} HTTP/1.1\r\nConnection: close\r\n\r\n");

    private static byte[] NotServed(Random random) => Get($"/2015-03-31/functions/f{random.Next()}/aliases");

    private static byte[] BrokenLink(Random random) => Get($"/_lamina/content/{Convert.ToHexStringLower(Bytes(random, 32))}?Expires=1&Signature=00");

    private static byte[] Create(byte[] body) => Request("POST", "/2015-03-31/functions", "Content-Type: application/json\r\n", body);

    private static byte[] Invoke(string headers, byte[] body) => Request("POST", "/2015-03-31/functions/f/invocations", headers, body);

    private static byte[] Get(string target) => Request("GET", target, "", []);

    private static byte[] Request(string method, string target, string headers, byte[] body, string host = "localhost")
    {
        string length = body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "";
        return [.. Encoding.UTF8.GetBytes($"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}{length}\r\n"), .. body];
    }

    private static T Pick<T>(Random random, T[] values) => values[random.Next(values.Length)];

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
