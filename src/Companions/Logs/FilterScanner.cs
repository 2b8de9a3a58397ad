using System.Text;
using System.Text.RegularExpressions;

namespace Lamina.Companions.Logs;

/// <summary>Reads a filter pattern from left to right.</summary>
internal sealed class FilterScanner
{
    private readonly string _text;

    public FilterScanner(string text)
    {
        _text = text;
        SkipSpaces();
    }

    public int Position { get; set; }

    public bool AtEnd => Position >= _text.Length;

    public void SkipSpaces()
    {
        while (!AtEnd && char.IsWhiteSpace(_text[Position]))
        {
            Position++;
        }
    }

    public bool Sees(string token) => string.CompareOrdinal(_text, Position, token, 0, token.Length) == 0;

    /// <summary>Takes the token and the spaces behind it.</summary>
    public bool TryTake(string token)
    {
        if (!Sees(token))
        {
            return false;
        }

        Position += token.Length;
        SkipSpaces();
        return true;
    }

    /// <summary>Takes a word of such characters and the spaces behind it; throws when there is none.</summary>
    public string TakeWord(Func<char, bool> belongs)
    {
        int start = Position;
        while (!AtEnd && belongs(_text[Position]))
        {
            Position++;
        }

        string word = _text[start..Position];
        bool runsOn = !AtEnd && start == Position;
        SkipSpaces();
        return word.Length == 0 || runsOn ? throw FilterPattern.Invalid() : word;
    }

    /// <summary>Text in quotes, in which a backslash takes the next character as it is; null when none begins here.</summary>
    public string? TryTakeQuoted()
    {
        if (!Sees("\""))
        {
            return null;
        }

        StringBuilder text = new();
        for (Position++; !AtEnd && _text[Position] != '"'; Position++)
        {
            Position += _text[Position] == '\\' && Position + 1 < _text.Length ? 1 : 0;
            text.Append(_text[Position]);
        }

        return TryTake("\"") ? text.ToString() : throw FilterPattern.Invalid();
    }

    /// <summary><c>%expression%</c>; null when none begins here.</summary>
    public Regex? TryTakeRegex()
    {
        if (!Sees("%"))
        {
            return null;
        }

        int end = _text.IndexOf('%', Position + 1);
        if (end < 0)
        {
            throw FilterPattern.Invalid();
        }

        string expression = _text[(Position + 1)..end];
        Position = end + 1;
        SkipSpaces();
        return FilterPattern.RegexOf(expression);
    }
}
