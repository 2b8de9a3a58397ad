using System.Globalization;
using System.Text;
using System.Xml;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.CloudFormation;

/// <summary>One page of a list of CloudFormation, 100 items; NextToken says how many came before.</summary>
internal static class StackPage
{
    private const int Items = 100;

    public static StackPage<T> Of<T>(QueryCall call, IEnumerable<T> all)
    {
        int before = call.Request.Text("NextToken") is { } token ? Decode(token) : 0;
        List<T> items = [.. all.Skip(before).Take(Items + 1)];
        bool more = items.Count > Items;
        if (more)
        {
            items.RemoveAt(Items);
        }

        return new StackPage<T>(items, more ? Encode(before + Items) : null);
    }

    private static string Encode(int before) => Convert.ToBase64String(Encoding.ASCII.GetBytes(before.ToString(CultureInfo.InvariantCulture)));

    private static int Decode(string token)
    {
        byte[] bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out int length)
            && int.TryParse(Encoding.ASCII.GetString(bytes, 0, length), NumberStyles.None, CultureInfo.InvariantCulture, out int before)
            ? before
            : throw StackRequests.ValidationError("NextToken is invalid.");
    }
}

internal sealed record StackPage<T>(IReadOnlyList<T> Items, string? NextToken)
{
    public void WriteEnd(XmlWriter xml) => xml.Element("NextToken", NextToken);
}
