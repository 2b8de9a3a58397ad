using System.Globalization;
using System.Text;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>What is wrong with an archive, in AWS's words where it has any; then what and where, which AWS leaves to guess.</summary>
internal static class ArchiveFault
{
    public const string NotAZipText = "Could not unzip uploaded file. Please check your file, then try to upload again.";

    private const int QuotedCharacters = 200;

    public static AwsError NotAZip() => AwsError.InvalidParameterValue(NotAZipText);

    public static AwsError Empty() => AwsError.InvalidParameterValue("Uploaded file must be a non-empty zip");

    public static AwsError ZippedTooLarge(long limitBytes) =>
        AwsError.RequestEntityTooLarge($"Zipped size must be smaller than {limitBytes} bytes");

    public static AwsError UnzippedTooLarge() =>
        AwsError.InvalidParameterValue($"Unzipped size must be smaller than {Limits.UnzippedBytes} bytes");

    public static AwsError Of(string reason) => AwsError.InvalidParameterValue($"{NotAZipText} {reason}");

    public static AwsError At(string entry, string reason) => Of($"Entry {Quote(entry)}: {reason}");

    /// <summary>The name as a reader can take it in: control characters escaped, over-long ones cut.</summary>
    private static string Quote(string name)
    {
        StringBuilder quoted = new("\"");
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, QuotedCharacters)))
        {
            _ = char.IsControl(c) || char.IsSurrogate(c) || c is '"'
                ? quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
                : quoted.Append(c);
        }

        return quoted.Append(name.Length > QuotedCharacters ? "…\"" : "\"").ToString();
    }
}
