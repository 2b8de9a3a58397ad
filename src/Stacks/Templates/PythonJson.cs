using System.Text;

namespace Lamina.Stacks.Templates;

/// <summary>JSON as Python's <c>json.dumps</c> writes it, non-ASCII escaped, for what is hashed or becomes a string in a template.</summary>
/// <param name="between">Between items.</param>
/// <param name="colon">Between key and value.</param>
/// <param name="sorted">Whether keys are sorted.</param>
/// <param name="indent">Spaces by level; 0 writes one line.</param>
internal sealed class PythonJson(string between, string colon, bool sorted, int indent)
{
    /// <summary>No blanks, keys sorted: what identifiers are hashed from.</summary>
    public static PythonJson Canonical { get; } = new(",", ":", sorted: true, indent: 0);

    public static PythonJson Plain { get; } = new(", ", ": ", sorted: false, indent: 0);

    public static PythonJson Indented { get; } = new(",", ": ", sorted: true, indent: 4);

    public string Write(TemplateNode node)
    {
        StringBuilder into = new();
        Write(node, into, 0);
        return into.ToString();
    }

    private static void WriteText(string text, StringBuilder into)
    {
        into.Append('"');
        foreach (char letter in text)
        {
            string? escaped = letter switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                '\f' => @"\f",
                '\b' => @"\b",
                < ' ' or > '~' => $@"\u{(int)letter:x4}",
                _ => null,
            };
            _ = escaped is null ? into.Append(letter) : into.Append(escaped);
        }

        into.Append('"');
    }

    private void Write(TemplateNode node, StringBuilder into, int level)
    {
        switch (node)
        {
            case TemplateText text:
                WriteText(text.Value, into);
                break;
            case TemplateNumber number:
                into.Append(number.Digits);
                break;
            case TemplateBool boolean:
                into.Append(boolean.Value ? "true" : "false");
                break;
            case TemplateList list:
                WriteAll('[', list, (item, text) => Write(item, text, level + 1), ']', into, level);
                break;
            case TemplateMap map:
                KeyValuePair<TemplateKey, TemplateNode>[] entries = map.Entries;
                if (sorted)
                {
                    Array.Sort(entries, static (left, right) => string.CompareOrdinal(left.Key.Name, right.Key.Name));
                }

                WriteAll('{', entries, (entry, text) =>
                {
                    WriteText(entry.Key.Name, text);
                    text.Append(colon);
                    Write(entry.Value, text, level + 1);
                }, '}', into, level);
                break;
            default:
                into.Append("null");
                break;
        }
    }

    private void WriteAll<T>(char open, IEnumerable<T> items, Action<T, StringBuilder> write, char close, StringBuilder into, int level)
    {
        into.Append(open);
        bool first = true;
        foreach (T item in items)
        {
            into.Append(first ? "" : between);
            Break(into, level + 1);
            write(item, into);
            first = false;
        }

        if (!first)
        {
            Break(into, level);
        }

        into.Append(close);
    }

    private void Break(StringBuilder into, int level)
    {
        if (indent > 0)
        {
            into.Append('\n').Append(' ', indent * level);
        }
    }
}
