using System.Text;
using System.Text.Json.Nodes;
using Lamina.Access.Signatures;

namespace Lamina.Rooms.Tests.Access;

/// <summary>Requests as botocore signs them, all at one moment with one key (signatures.json).</summary>
internal static class SignatureVectors
{
    public const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    public static DateTimeOffset Moment { get; } = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    public static ConfiguredKeys Keys { get; } = ConfiguredKeys.Parse(Encoding.UTF8.GetBytes(
        $$"""{"keys":[{"accessKeyId":"AKIDEXAMPLE","secretAccessKey":"{{Secret}}","account":"111122223333","user":"ann"}]}"""));

    public static TheoryData<string> Names => [.. All().Select(static vector => (string)vector["name"]!)];

    public static (SignedRequest Request, ReadOnlyMemory<byte> Body) Of(string name)
    {
        JsonObject vector = All().Single(vector => (string)vector["name"]! == name);
        SignedRequest request = new()
        {
            Method = (string)vector["method"]!,
            RawPath = (string)vector["path"]!,
            Query = [.. ((string)vector["query"]!).Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('='))
                .Select(static pair => new KeyValuePair<string, string>(Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair[1])))],
            Headers = [.. vector["headers"]!.AsObject().Select(static header => new KeyValuePair<string, string>(header.Key, (string)header.Value!))],
        };
        return (request, Encoding.UTF8.GetBytes((string)vector["body"]!));
    }

    private static IEnumerable<JsonObject> All()
    {
        using Stream stream = typeof(SignatureVectors).Assembly.GetManifestResourceStream("signatures.json")!;
        return [.. JsonNode.Parse(stream)!.AsArray().Select(static vector => vector!.AsObject())];
    }
}
