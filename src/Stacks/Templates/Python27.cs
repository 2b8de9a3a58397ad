using System.Globalization;
using System.Text;

namespace Lamina.Stacks.Templates;

/// <summary>
/// Values as Python prints them. AWS's transform was written in Python 2.7; its error texts name values this way, and the identifier
/// of an API's deployment is a hash over the API's document as Python 2.7 printed it.
/// </summary>
internal static class Python27
{
    /// <summary>The value as AWS's transform holds what comes from a template: unicode strings, and maps in Python 2.7's order.</summary>
    public static TemplateNode Adopt(TemplateNode node) => node switch
    {
        TemplateText text => new TemplateText(text.Value, isUnicode: true) { Position = text.Position },
        TemplateList list => new TemplateList(list.Select(Adopt)) { Position = list.Position },
        TemplateMap map => Adopt(map),
        _ => node,
    };

    /// <summary>As <c>str()</c>: a text stands for itself.</summary>
    public static string Print(TemplateNode? node) => node is TemplateText text ? text.Value : Describe(node);

    /// <summary>As <c>repr()</c>: <c>{'Ref': 'Name'}</c>, <c>u'text'</c>, <c>None</c>.</summary>
    public static string Describe(TemplateNode? node)
    {
        StringBuilder into = new();
        Describe(node, into);
        return into.ToString();
    }

    public static string Describe(IEnumerable<string> names) => $"[{string.Join(", ", names.Select(static name => Quote(name)))}]";

    /// <summary>As Python names the type of a value, which AWS's texts show.</summary>
    public static string TypeOf(TemplateNode? node) => node switch
    {
        TemplateText text => text.IsUnicode ? "Py27UniStr" : "str",
        TemplateNumber number => number.IsInteger ? "int" : "float",
        TemplateBool => "bool",
        TemplateList => "list",
        TemplateMap map => map.IsPython27 ? "Py27Dict" : "dict",
        _ => "NoneType",
    };

    private static TemplateMap Adopt(TemplateMap map)
    {
        TemplateMap adopted = new(python27: true) { Position = map.Position };
        foreach ((TemplateKey key, TemplateNode value) in map.Entries)
        {
            adopted.Set(new TemplateKey(key.Name, IsUnicode: true), Adopt(value));
        }

        return adopted;
    }

    private static void Describe(TemplateNode? node, StringBuilder into)
    {
        switch (node)
        {
            case TemplateText text:
                into.Append(text.IsUnicode ? QuoteUnicode(text.Value) : Quote(text.Value));
                break;
            case TemplateNumber number:
                into.Append(number.Digits);
                break;
            case TemplateBool boolean:
                into.Append(boolean.Value ? "True" : "False");
                break;
            case TemplateList list:
                DescribeAll('[', list, static (item, text) => Describe(item, text), ']', into);
                break;
            case TemplateMap map:
                DescribeAll('{', map.Entries, static (entry, text) =>
                {
                    text.Append(entry.Key.IsUnicode ? QuoteUnicode(entry.Key.Name) : Quote(entry.Key.Name)).Append(": ");
                    Describe(entry.Value, text);
                }, '}', into);
                break;
            default:
                into.Append("None");
                break;
        }
    }

    private static void DescribeAll<T>(char open, IEnumerable<T> items, Action<T, StringBuilder> describe, char close, StringBuilder into)
    {
        into.Append(open);
        bool first = true;
        foreach (T item in items)
        {
            into.Append(first ? "" : ", ");
            describe(item, into);
            first = false;
        }

        into.Append(close);
    }

    private static string QuoteUnicode(string text)
    {
        StringBuilder escaped = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            escaped.Append(rune.Value switch
            {
                '\\' => @"\\",
                '\t' => @"\t",
                '\n' => @"\n",
                '\r' => @"\r",
                < 0x20 or (>= 0x7f and < 0x100) => $@"\x{rune.Value:x2}",
                < 0x7f => ((char)rune.Value).ToString(),
                < 0x10000 => $@"\u{rune.Value:x4}",
                _ => $@"\U{rune.Value:x8}",
            });
        }

        return $"u{Quote(escaped.ToString()).Replace(@"\\", @"\", StringComparison.Ordinal)}";
    }

    private static string Quote(string text)
    {
        char mark = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        StringBuilder quoted = new();
        quoted.Append(mark);
        foreach (char letter in text)
        {
            quoted.Append(letter switch
            {
                '\\' => @"\\",
                '\t' => @"\t",
                '\n' => @"\n",
                '\r' => @"\r",
                < ' ' or '\u007f' => $@"\x{(int)letter:x2}",
                _ when letter == mark => $@"\{letter}",
                _ => letter.ToString(CultureInfo.InvariantCulture),
            });
        }

        return quoted.Append(mark).ToString();
    }
}
