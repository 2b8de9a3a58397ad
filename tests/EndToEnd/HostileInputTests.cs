using System.Text;
using System.Text.Json.Nodes;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.EndToEnd.Tests;

/// <summary>Requests and archives that no client would send: each is answered with a 4xx that says what is wrong, and memory stays flat.</summary>
public sealed class HostileInputTests : ServerTests
{
    private const int Seed = 20_260_102;
    private const long FlatKiB = 100 * 1024;

    [Fact]
    public async Task A_thousand_malformed_zips_are_refused_by_name()
    {
        using RawClient raw = new(Endpoint);
        Random random = new(Seed);
        long settled = 0;
        for (int n = 0; n < 1_000; n++)
        {
            byte[] zip = MalformedZip.Next(random);
            RawAnswer answer = n % 2 == 0
                ? await raw.PublishLayerAsync("layer", zip)
                : await raw.CreateFunctionAsync("fn", zip);
            AssertRefused(answer, $"zip {n} of seed {Seed}");
            settled = n == 200 ? Server.ResidentKiB() : settled;
        }

        Assert.InRange(Server.ResidentKiB(), 0, settled + FlatKiB);
        Assert.Empty((await raw.SendAsync(HttpMethod.Get, "/2018-10-31/layers", string.Empty)).Json["Layers"]!.AsArray());
    }

    [Fact]
    public async Task A_thousand_malformed_requests_are_refused_by_name()
    {
        using RawClient raw = new(Endpoint);
        Random random = new(Seed);
        long settled = 0;
        for (int n = 0; n < 1_000; n++)
        {
            (HttpMethod method, string path, byte[] body) = MalformedRequest(random);
            RawAnswer answer = await raw.SendAsync(method, path, body);
            AssertRefused(answer, $"request {n} of seed {Seed}: {method} {path} {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(200, body.Length)))}");
            settled = n == 200 ? Server.ResidentKiB() : settled;
        }

        Assert.InRange(Server.ResidentKiB(), 0, settled + FlatKiB);
    }

    [Fact]
    public async Task Every_operation_that_is_not_served_says_so_by_name()
    {
        using RawClient raw = new(Endpoint);
        string[] listed = [.. File.ReadLines(Path.Combine(RepositoryFolders.Root, "docs", "not-served.txt")).Select(static line => line.Trim())];
        OperationRoute[] unserved = [.. LambdaRoutes.All.Where(static route => !route.Served)];
        Assert.NotEmpty(unserved);
        foreach (OperationRoute route in unserved)
        {
            RawAnswer answer = await raw.SendAsync(new HttpMethod(route.Method), FilledIn(route.Template), "{}");
            Assert.False(answer.IsSuccess, $"{route.Name}: {answer.Body}");
            Assert.Contains(route.Name, answer.Body, StringComparison.Ordinal);
            Assert.Contains(listed, line => line.Split('#')[0].Split(' ', '\t', '.', ':').Contains(route.Name, StringComparer.Ordinal));
        }
    }

    private static void AssertRefused(RawAnswer answer, string what)
    {
        Assert.True((int)answer.Status is >= 400 and < 500, $"{what}: {(int)answer.Status} {answer.Body}");
        JsonObject body = answer.Json;
        string? message = (string?)(body["message"] ?? body["Message"]);
        Assert.False(string.IsNullOrWhiteSpace(message), $"{what}: {answer.Body}");
        Assert.False(string.IsNullOrEmpty(answer.Error), $"{what}: no x-amzn-ErrorType");
    }

    private static string FilledIn(string template)
    {
        StringBuilder path = new();
        foreach (string part in template.Split('{', '}').Select(static (part, index) => index % 2 == 0 ? part : "1"))
        {
            path.Append(part);
        }

        return path.ToString();
    }

    private static (HttpMethod Method, string Path, byte[] Body) MalformedRequest(Random random)
    {
        JsonObject create = ValidCreate();
        return random.Next(8) switch
        {
            0 => (HttpMethod.Post, "/2015-03-31/functions", RandomBytes(random)),
            1 => (HttpMethod.Post, "/2015-03-31/functions", Truncated(random, create)),
            2 => (HttpMethod.Post, "/2015-03-31/functions", WithWrongMember(random, create)),
            3 => (HttpMethod.Post, "/2018-10-31/layers/layer/versions", WithWrongMember(random, new JsonObject { ["Content"] = new JsonObject() })),
            4 => (HttpMethod.Get, $"/2015-03-31/functions/{Uri.EscapeDataString(RandomText(random))}!", []),
            5 => (HttpMethod.Get, $"/2018-10-31/layers?MaxItems={random.Next(51, 1_000)}", []),
            6 => (HttpMethod.Get, $"/{RandomText(random).Length}/{Uri.EscapeDataString(RandomText(random))}", []),
            _ => (HttpMethod.Get, $"/2018-10-31/layers/layer/versions/{-random.Next(1_000)}", []),
        };
    }

    private static JsonObject ValidCreate() => new()
    {
        ["FunctionName"] = "fn",
        ["Runtime"] = "python3.11",
        ["Handler"] = "index.handler",
        ["Role"] = LambdaClientStories.Role,
        ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(Probe.Code) },
    };

    private static byte[] Truncated(Random random, JsonObject request)
    {
        byte[] whole = Encoding.UTF8.GetBytes(request.ToJsonString());
        return whole[..random.Next(1, whole.Length - 1)];
    }

    private static byte[] WithWrongMember(Random random, JsonObject request)
    {
        string name = request.Select(static member => member.Key).ElementAt(random.Next(request.Count));
        request[name] = random.Next(4) switch
        {
            0 => JsonValue.Create(random.Next()),
            1 => new JsonArray(JsonValue.Create("x")),
            2 => JsonValue.Create(string.Empty),
            _ => JsonValue.Create(new string('\u00e9', random.Next(200, 20_000))),
        };
        return Encoding.UTF8.GetBytes(request.ToJsonString());
    }

    private static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 2_000)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string RandomText(Random random) =>
        new([.. Enumerable.Range(0, random.Next(1, 300)).Select(_ => (char)random.Next(0x21, 0x7f))]);
}
