using System.Globalization;
using System.Text;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Lamina.Cli.Stacks;

/// <summary>A TOML file, of which single values are read, and put so that all else in it stays as it is.</summary>
internal sealed class TomlFile
{
    private readonly string _text;
    private readonly DocumentSyntax _document;

    private TomlFile(string text, DocumentSyntax document)
    {
        _text = text;
        _document = document;
    }

    /// <param name="path">For errors.</param>
    public static TomlFile Parse(string text, string path)
    {
        string whole = text.Length == 0 || text.EndsWith('\n') ? text : text + '\n';
        DocumentSyntax document = SyntaxParser.Parse(whole, path, validate: true);
        return document.Diagnostics.FirstOrDefault(static one => one.Kind == DiagnosticMessageKind.Error) is { } fault
            ? throw new CliError(
                $"{Path.GetFileName(path)} cannot be read: {fault.Message}.",
                string.Create(CultureInfo.InvariantCulture, $"{path}:{fault.Span.Start.Line + 1}"),
                "Mend the file.")
            : new TomlFile(whole, document);
    }

    /// <summary>One value as text, those of an array, or the pairs of a table within the line, each as <c>"key"="value"</c>.</summary>
    public IReadOnlyList<string>? Find(string table, string key) => FindTable(table) is not { } found ? null : ItemOf(found, key)?.Value switch
    {
        null => null,
        ArraySyntax array => [.. array.Items.Select(item => TextOf(item.Value!))],
        InlineTableSyntax inner => [.. inner.Items.Select(item => $"{Quoted(NameOf(item.KeyValue!.Key!))}={Quoted(TextOf(item.KeyValue.Value!))}")],
        { } value => [TextOf(value)],
    };

    /// <summary>As TOML writes a text.</summary>
    public static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>The file with these values in this table: in the place of those that are there, behind the table's others, or in a new table at the end.</summary>
    /// <param name="values">As TOML writes them; null: the key goes.</param>
    public string With(string table, IEnumerable<(string Key, string? Value)> values)
    {
        TableSyntax? found = FindTable(table);
        ILookup<bool, (string Key, string? Value, KeyValueSyntax? Item)> known = values
            .Select(one => (one.Key, one.Value, Item: found is null ? null : ItemOf(found, one.Key)))
            .ToLookup(static one => one.Item is not null);
        IEnumerable<string> added = known[false].Where(static one => one.Value is not null).Select(static one => $"{one.Key} = {one.Value}\n");
        StringBuilder edited = new(_text);
        edited.Insert(EndOf(found), string.Concat(found is null ? added.Prepend($"\n[{table}]\n") : added));

        // From the end, so that what was not edited yet is where it was.
        foreach ((_, string? value, KeyValueSyntax? item) in known[true].OrderByDescending(static one => one.Item!.Span.Offset))
        {
            SourceSpan span = value is null ? item!.Span : item!.Value!.Span;
            edited.Remove(span.Offset, span.Length).Insert(span.Offset, value);
        }

        return edited.ToString();
    }

    /// <summary>Behind the table's last item; of none, the end of the file.</summary>
    private int EndOf(TableSyntax? table)
    {
        SyntaxNode? last = table?.Items.LastOrDefault() ?? (SyntaxNode?)table?.EndOfLineToken;
        return last is null ? _text.Length : last.Span.Offset + last.Span.Length;
    }

    private TableSyntax? FindTable(string name) => _document.Tables.OfType<TableSyntax>().FirstOrDefault(table => NameOf(table.Name!) == name);

    private static KeyValueSyntax? ItemOf(TableSyntax table, string key) => table.Items.FirstOrDefault(item => NameOf(item.Key!) == key);

    private static string NameOf(KeySyntax key) =>
        string.Join('.', key.DotKeys.Select(static part => part.Key).Prepend(key.Key).Select(static part => part switch
        {
            StringValueSyntax quoted => quoted.Value,
            BareKeySyntax bare => bare.Key!.Text,
            _ => null,
        }));

    private string TextOf(ValueSyntax value) => value is StringValueSyntax text ? text.Value! : _text.Substring(value.Span.Offset, value.Span.Length);
}
