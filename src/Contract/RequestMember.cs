using System.Globalization;

namespace Lamina.Contract;

/// <summary>Members of path, query and headers that are not text.</summary>
public static class RequestMember
{
    public static int? Integer(string? text, string path) =>
        text is null ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
        : throw NotA("number", text, path);

    public static long? Long(string? text, string path) =>
        text is null ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
        : throw NotA("number", text, path);

    public static bool? Boolean(string? text, string path) => text switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw NotA("boolean", text, path),
    };

    private static AwsError NotA(string type, string text, string path) =>
        AwsError.Serialization($"Value '{Shortened(text)}' at '{path}' is not a {type}.");

    private static string Shortened(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
