using System.Text;
using Lamina.Contract;

namespace Lamina.Server.Operations;

/// <summary>One page of a list. The marker is the last key of the page before, in base64url so that nobody builds one by hand.</summary>
internal static class Page
{
    private const int MaxSize = 50;

    /// <summary>AWS gives at most 50 whatever is asked (API reference, MaxItems).</summary>
    public static int SizeOf(int? maxItems) => Math.Min(maxItems ?? MaxSize, MaxSize);

    public static string? After(string? marker)
    {
        if (string.IsNullOrEmpty(marker))
        {
            return null;
        }

        byte[] bytes = new byte[marker.Length];
        return Convert.TryFromBase64String(marker, bytes, out int count) && count > 0
            ? Encoding.UTF8.GetString(bytes, 0, count)
            : throw AwsError.InvalidParameterValue("The Marker is not one that a list answered.");
    }

    /// <summary>The items of this page and the marker of the next, null when this is the last.</summary>
    public static (List<T> Items, string? Next) Take<T>(IEnumerable<T> rest, int size, Func<T, string> key)
    {
        List<T> items = [.. rest.Take(size + 1)];
        if (items.Count <= size)
        {
            return (items, null);
        }

        items.RemoveAt(size);
        return (items, Convert.ToBase64String(Encoding.UTF8.GetBytes(key(items[^1]))));
    }
}
