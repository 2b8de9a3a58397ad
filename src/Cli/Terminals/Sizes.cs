using System.Globalization;

namespace Lamina.Cli.Terminals;

internal static class Sizes
{
    /// <summary>Bytes as people read them: <c>512 B</c>, <c>1.5 KB</c>, <c>250.0 MB</c> (steps of 1,024, as AWS counts).</summary>
    public static string Readable(long bytes)
    {
        string[] units = ["KB", "MB", "GB"];
        if (bytes < 1024)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        }

        double value = bytes / 1024.0;
        int unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {units[unit]}");
    }
}
