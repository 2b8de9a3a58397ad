using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Lamina.Server.Wire.S3;

/// <summary>
/// How text beyond ASCII travels in an object's headers (S3 User Guide, UsingMetadata; recordings of S3). User metadata goes back as an
/// encoded word of RFC 2047; Content-Disposition and its like byte for byte as they came; what a query's response-… asks for in ISO-8859-1.
/// </summary>
internal static class ObjectHeaders
{
    /// <summary>The headers, beside user metadata, that are kept with an object.</summary>
    public static FrozenSet<string> Kept { get; } = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Content-Type",
        "Content-Encoding",
        "Content-Disposition",
        "Content-Language",
        "Cache-Control",
        "Expires",
        "x-amz-website-redirect-location");

    /// <summary>
    /// The headers that may have bytes beyond ASCII in answers; null is Kestrel's word for ASCII only. Asked for every header of every
    /// answer, an invocation's too: it is one look-up.
    /// </summary>
    public static Encoding? EncodingOf(string header) => Kept.Contains(header) ? Encoding.Latin1 : null;

    /// <summary>Text that was read from a header as UTF-8, as the ISO-8859-1 text that makes the same bytes.</summary>
    public static string AsSent(string value) => Ascii.IsValid(value) ? value : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value));

    /// <summary>RFC 9110 5.5: visible characters, spaces, tabs and ISO-8859-1's upper half.</summary>
    public static bool CanCarry(string value) => value.All(static c => c is '\t' or (>= ' ' and not '\u007F' and <= '\u00FF'));

    /// <summary>
    /// Printable ASCII as it is; other text as one encoded word, in Q, or in B when it has characters that cannot be printed. Sample:
    /// <c>=?UTF-8?Q?caf=C3=A9_au_lait?=</c>. One word however long: S3 does not fold, as no header may.
    /// </summary>
    public static string EncodeMetadata(string value)
    {
        if (value.All(static c => c is '\t' or (>= ' ' and <= '~')))
        {
            return value;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(value);
        return value.EnumerateRunes().Any(IsUnprintable)
            ? $"=?UTF-8?B?{Convert.ToBase64String(bytes)}?="
            : $"=?UTF-8?Q?{Quote(bytes)}?=";
    }

    private static bool IsUnprintable(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    // RFC 2047 4.2: a space is an underscore, and what the form itself is made of is escaped.
    private static string Quote(byte[] bytes)
    {
        StringBuilder quoted = new(bytes.Length * 3);
        foreach (byte unit in bytes)
        {
            _ = unit switch
            {
                (byte)' ' => quoted.Append('_'),
                > (byte)' ' and <= (byte)'~' and not ((byte)'=' or (byte)'?' or (byte)'_') => quoted.Append((char)unit),
                _ => quoted.Append(CultureInfo.InvariantCulture, $"={unit:X2}"),
            };
        }

        return quoted.ToString();
    }
}
