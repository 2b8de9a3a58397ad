using System.Globalization;
using System.Text;
using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Stacks.Templates;

/// <summary>Reads a template from JSON.</summary>
internal ref struct JsonTemplateReader
{
    private readonly ReadOnlySpan<byte> _content;
    private Utf8JsonReader _reader;
    private int _line;
    private long _lineStart;
    private long _seen;

    private JsonTemplateReader(ReadOnlySpan<byte> content)
    {
        _content = content;
        _reader = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = Limits.TemplateDepth });
        _line = 1;
    }

    public static TemplateNode Read(ReadOnlySpan<byte> content)
    {
        JsonTemplateReader reader = new(content);
        try
        {
            reader._reader.Read();
            TemplateNode root = reader.ReadValue();
            reader._reader.Read();
            return root;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw reader.Told(error);
        }
    }

    private readonly TemplateException Told(Exception error)
    {
        string message = error.Message;
        int place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        message = place < 0 ? message : message[..place];
        TemplatePosition position = error is JsonException { LineNumber: { } line, BytePositionInLine: { } column }
            ? new((int)line + 1, (int)column + 1) : new(_line, 1);
        bool deep = message.Contains("maximum configured depth", StringComparison.Ordinal);
        return new TemplateException(position, deep ? $"The template is nested deeper than {Limits.TemplateDepth} levels." : message);
    }

    private TemplatePosition Here()
    {
        long start = _reader.TokenStartIndex;
        ReadOnlySpan<byte> passed = _content[(int)_seen..(int)start];
        for (int next = passed.IndexOf((byte)'\n'); next >= 0; next = passed.IndexOf((byte)'\n'))
        {
            _line++;
            _seen += next + 1;
            _lineStart = _seen;
            passed = passed[(next + 1)..];
        }

        _seen = start;
        return new(_line, Encoding.UTF8.GetCharCount(_content[(int)_lineStart..(int)start]) + 1);
    }

    private TemplateNode ReadValue()
    {
        TemplatePosition position = Here();
        return _reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadMap(position),
            JsonTokenType.StartArray => ReadList(position),
            JsonTokenType.String => new TemplateText(_reader.GetString()!) { Position = position },
            JsonTokenType.Number => ReadNumber(position),
            JsonTokenType.True => new TemplateBool(true) { Position = position },
            JsonTokenType.False => new TemplateBool(false) { Position = position },
            _ => new TemplateNull { Position = position },
        };
    }

    private TemplateMap ReadMap(TemplatePosition position)
    {
        TemplateMap map = new() { Position = position };
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            TemplatePosition place = Here();
            string name = _reader.GetString()!;
            if (map.Has(name))
            {
                throw new TemplateException(place, $"The key '{name}' stands twice in one map.");
            }

            _reader.Read();
            map.Set(name, ReadValue());
        }

        return map;
    }

    private TemplateList ReadList(TemplatePosition position)
    {
        TemplateList list = new() { Position = position };
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            list.Add(ReadValue());
        }

        return list;
    }

    private readonly TemplateNumber ReadNumber(TemplatePosition position)
    {
        string digits = Encoding.UTF8.GetString(_reader.ValueSpan);
        bool isInteger = digits.AsSpan().IndexOfAny('.', 'e', 'E') < 0;
        return new TemplateNumber(
            isInteger ? digits : TemplateNumber.Shortest(double.Parse(digits, CultureInfo.InvariantCulture)), isInteger)
        {
            Position = position,
        };
    }
}
