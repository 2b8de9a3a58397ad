using System.Globalization;

namespace Lamina.Contract;

/// <summary>How Lambda writes a moment in CreatedDate and LastModified: <c>2018-11-27T15:10:45.123+0000</c> (recorded).</summary>
public static class AwsDate
{
    public static string Format(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);
}
