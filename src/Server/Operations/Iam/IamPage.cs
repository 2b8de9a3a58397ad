using System.Text;
using System.Xml;
using Lamina.Contract;
using Lamina.Contract.Query;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

/// <summary>One page of a list of IAM: MaxItems (100 by default), and a Marker that says behind which item the next one starts.</summary>
internal static class IamPage
{
    private const int DefaultItems = 100;

    /// <param name="key">Unique in the list.</param>
    public static IamPage<T> Of<T>(QueryRequest request, IEnumerable<T> all, Func<T, string> key)
    {
        int count = request.Number("MaxItems") ?? DefaultItems;
        if (request.Text("Marker") is { } marker)
        {
            string after = Decode(marker);
            all = all.SkipWhile(item => key(item) != after).Skip(1);
        }

        List<T> items = [.. all.Take(count + 1)];
        bool more = items.Count > count;
        if (more)
        {
            items.RemoveAt(count);
        }

        return new IamPage<T>(items, more ? Convert.ToBase64String(Encoding.UTF8.GetBytes(key(items[^1]))) : null);
    }

    private static string Decode(string marker)
    {
        byte[] bytes = new byte[marker.Length];
        return Convert.TryFromBase64String(marker, bytes, out int length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw new AwsError("ValidationError", 400, "Invalid Marker.", AwsErrorBody.LowerMessageOnly);
    }
}

internal sealed record IamPage<T>(IReadOnlyList<T> Items, string? Marker)
{
    public void WriteEnd(XmlWriter xml)
    {
        xml.Element("IsTruncated", Marker is not null);
        xml.Element("Marker", Marker);
    }
}
