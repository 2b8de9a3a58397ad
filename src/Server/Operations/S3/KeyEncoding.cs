using Lamina.Companions.S3;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

/// <summary>encoding-type=url of listings: keys that XML cannot hold become percent escapes. Space is %20, which every client reads.</summary>
internal readonly record struct KeyEncoding(bool IsUrl)
{
    public static KeyEncoding Of(S3Call call) => call.Query("encoding-type") switch
    {
        null or "" => new KeyEncoding(IsUrl: false),
        "url" => new KeyEncoding(IsUrl: true),
        var other => throw S3Errors.InvalidArgument("Invalid Encoding Method specified in Request", "encoding-type", other),
    };

    public string? Name => IsUrl ? "url" : null;

    public string? Encode(string? key) => key is null || !IsUrl
        ? key
        : Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal).Replace("%2A", "*", StringComparison.Ordinal);
}
