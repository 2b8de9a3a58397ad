using System.Text;
using Lamina.Contract;

namespace Lamina.Companions.S3;

/// <summary>
/// An object's key: any Unicode, at most 1,024 bytes of UTF-8. S3 orders keys by those bytes, the catalog by UTF-16 units, so keys
/// lie in the catalog in a *sortable* form: one character for each byte; bytes up to the space take two, which leaves the tab free to
/// end a key.
/// </summary>
public sealed record ObjectKey
{
    private const char Escape = ' ';
    private const int EscapedFrom = '0';

    private ObjectKey(string value) => Value = value;

    public string Value { get; }

    internal string Sortable => ToSortable(Value);

    /// <summary>Throws <c>KeyTooLongError</c>.</summary>
    public static ObjectKey Parse(string value)
    {
        int bytes = Encoding.UTF8.GetByteCount(value);
        return bytes <= Limits.ObjectKeyBytes ? new ObjectKey(value) : throw S3Errors.KeyTooLong(bytes);
    }

    public override string ToString() => Value;

    /// <summary>For keys and for any beginning of one.</summary>
    internal static string ToSortable(string text)
    {
        StringBuilder sortable = new(text.Length);
        foreach (byte unit in Encoding.UTF8.GetBytes(text))
        {
            _ = unit > Escape ? sortable.Append((char)unit) : sortable.Append(Escape).Append((char)(EscapedFrom + unit));
        }

        return sortable.ToString();
    }
}
