using System.Text;

namespace Lamina.Cli.Stacks;

/// <summary>
/// The texts of a TOML file (https://toml.io/en/v1.0.0), by table and key, as far as samconfig.toml has any: basic and literal strings, bare words,
/// arrays of them. Tables and values of other kinds are passed over.
/// </summary>
internal sealed class TomlValues
{
    private readonly Dictionary<(string Table, string Key), IReadOnlyList<string>> _values = [];

    /// <summary>One text, or those of an array.</summary>
    public IReadOnlyList<string>? Find(string table, string key) => _values.GetValueOrDefault((table, key));

    /// <param name="file">For errors.</param>
    public static TomlValues Read(string text, string file)
    {
        TomlValues values = new();
        string table = string.Empty;
        string[] lines = text.Split('\n');
        for (int line = 0; line < lines.Length; line++)
        {
            string content = lines[line].Trim();
            if (content.Length == 0 || content[0] == '#')
            {
                continue;
            }

            if (content[0] == '[')
            {
                table = TableOf(content) ?? throw Fault(file, line, "a table's name ends with ]");
                continue;
            }

            int equals = content.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw Fault(file, line, "a line is KEY = VALUE");
            }

            string key = content[..equals].Trim().Trim('"', '\'');
            string value = content[(equals + 1)..].Trim();
            int begun = line;
            while (value.StartsWith('[') && !IsClosed(value))
            {
                value += ++line < lines.Length ? $"\n{lines[line].Trim()}" : throw Fault(file, begun, "an array ends with ]");
            }

            values._values[(table, key)] = [.. TextsOf(value) ?? throw Fault(file, begun, "a string ends with the quote that it begins with")];
        }

        return values;
    }

    /// <summary>The file with these values in this table: in the place of those that are there, behind the table's others, or in a new table at the end.</summary>
    /// <param name="lines">Values as TOML writes them; null: the key goes.</param>
    public static string Put(string text, string table, IEnumerable<(string Key, string? Value)> lines)
    {
        List<string> all = [.. text.TrimEnd().Split('\n')];
        int begin = all.FindIndex(line => line.TrimStart().StartsWith('[') && TableOf(line.Trim()) == table);
        if (begin < 0)
        {
            all.AddRange([string.Empty, $"[{table}]"]);
            begin = all.Count - 1;
        }

        foreach ((string key, string? value) in lines)
        {
            int end = all.FindIndex(begin + 1, static line => line.TrimStart().StartsWith('[') && TableOf(line.Trim()) is not null);
            int place = Cut(all, begin + 1, end < 0 ? all.Count : end, key);
            if (value is not null)
            {
                all.Insert(place, $"{key} = {value}");
            }
        }

        return string.Join('\n', all).TrimEnd() + "\n";
    }

    /// <summary>Takes a key out of a table's lines; its place, or the one behind the last that says anything.</summary>
    private static int Cut(List<string> all, int begin, int end, string key)
    {
        int place = all.FindIndex(begin, end - begin, line => line.Split('=')[0].Trim() == key);
        if (place < 0)
        {
            return all.FindLastIndex(end - 1, end - begin, static line => !string.IsNullOrWhiteSpace(line)) is var said and >= 0 ? said + 1 : begin;
        }

        // An array may go on over several lines.
        int last = place;
        string former = all[place][(all[place].IndexOf('=', StringComparison.Ordinal) + 1)..].Trim();
        while (former.StartsWith('[') && !IsClosed(former) && last + 1 < end)
        {
            former += $"\n{all[++last].Trim()}";
        }

        all.RemoveRange(place, last - place + 1);
        return place;
    }

    /// <summary>Null for what is no table's head.</summary>
    private static string? TableOf(string line)
    {
        string head = line.Split('#')[0].Trim();
        return head is ['[', .. var name, ']'] && name.IndexOfAny([',', '"']) < 0 ? name.Trim('[', ']', ' ') : null;
    }

    private static bool IsClosed(string array)
    {
        for (int place = 0; place < array.Length; place++)
        {
            switch (array[place])
            {
                case ']':
                    return true;
                case '#':
                    place = EndOfLine(array, place);
                    break;
                case '"' or '\'' when StringAt(array, ref place) is null:
                    return false;
                default:
                    break;
            }
        }

        return false;
    }

    private static int EndOfLine(string value, int place)
    {
        int end = value.IndexOf('\n', place);
        return end < 0 ? value.Length : end;
    }

    /// <summary>Every string of a value; of a bare word, itself. Null when a string does not end.</summary>
    private static List<string>? TextsOf(string value)
    {
        List<string> texts = [];
        for (int place = 0; place < value.Length; place++)
        {
            switch (value[place])
            {
                case '#':
                    place = EndOfLine(value, place);
                    break;
                case '"' or '\'':
                    if (StringAt(value, ref place) is not { } text)
                    {
                        return null;
                    }

                    texts.Add(text);
                    break;
                case '[' or ']' or ',' or ' ' or '\t' or '\n' or '\r':
                    break;
                default:
                    int end = value.IndexOfAny([',', ']', ' ', '#', '\n', '\r'], place);
                    texts.Add(end < 0 ? value[place..] : value[place..end]);
                    place = end < 0 ? value.Length : end - 1;
                    break;
            }
        }

        return texts;
    }

    /// <summary>Of a string that begins here; the place is then its last quote's.</summary>
    private static string? StringAt(string value, ref int place)
    {
        char quote = value[place];
        StringBuilder text = new();
        while (++place < value.Length)
        {
            char one = value[place];
            if (one == quote)
            {
                return text.ToString();
            }

            if (one != '\\' || quote == '\'')
            {
                text.Append(one);
            }
            else if (++place < value.Length)
            {
                text.Append(value[place] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            }
        }

        return null;
    }

    private static CliError Fault(string file, int line, string what) =>
        new($"samconfig.toml cannot be read: {what}.", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{file}:{line + 1}"), "Mend the file.");
}
