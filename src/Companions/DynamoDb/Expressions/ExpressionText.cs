using Lamina.Contract;

namespace Lamina.Companions.DynamoDb.Expressions;

internal enum TokenKind
{
    End,

    /// <summary>An attribute's name, a function's, or a keyword.</summary>
    Word,

    /// <summary><c>#name</c></summary>
    NamePlaceholder,

    /// <summary><c>:value</c></summary>
    ValuePlaceholder,

    Number,

    /// <summary>A comparison, a bracket, a comma and the like.</summary>
    Symbol,
}

internal readonly record struct ExpressionToken(TokenKind Kind, string Text, int Start)
{
    public int End => Start + Text.Length;

    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    /// <summary>Keywords may have any casing.</summary>
    public bool IsWord(string keyword) => Kind == TokenKind.Word && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);
}

/// <summary>An expression cut into tokens, and where its parser stands. Sample: <c>SET #a.b[0] = if_not_exists(c, :zero) + :one</c></summary>
internal sealed class ExpressionText
{
    private const string Symbols = "=<>()[].,+-";

    private static readonly string[] TwoUnits = ["<>", "<=", ">="];

    private readonly string _text;
    private readonly List<ExpressionToken> _tokens = [];
    private int _position;

    /// <summary>Throws <c>ValidationException</c> for what cannot be cut.</summary>
    /// <param name="parameter">As the request calls it: ConditionExpression.</param>
    public ExpressionText(string parameter, string text)
    {
        Parameter = parameter;
        _text = text;
        if (text.AsSpan().Trim().IsEmpty)
        {
            throw Error("The expression can not be empty;");
        }

        if (text.Length > Limits.ExpressionBytes)
        {
            throw Error(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"Expression size has exceeded the maximum allowed size; expression size: {text.Length}"));
        }

        Scan();
    }

    public string Parameter { get; }

    public ExpressionToken Current => _tokens[_position];

    public ExpressionToken Next => _tokens[Math.Min(_position + 1, _tokens.Count - 1)];

    public ExpressionToken Take()
    {
        ExpressionToken token = Current;
        if (token.Kind != TokenKind.End)
        {
            _position++;
        }

        return token;
    }

    public bool TryTake(string symbol)
    {
        bool found = Current.Is(symbol);
        _position += found ? 1 : 0;
        return found;
    }

    public bool TryTakeWord(string keyword)
    {
        bool found = Current.IsWord(keyword);
        _position += found ? 1 : 0;
        return found;
    }

    public void Expect(string symbol)
    {
        if (!TryTake(symbol))
        {
            throw Unexpected();
        }
    }

    public void ExpectEnd()
    {
        if (Current.Kind != TokenKind.End)
        {
            throw Unexpected();
        }
    }

    public AwsError Error(string message) => DynamoDbErrors.Validation($"Invalid {Parameter}: {message}");

    /// <summary>The token the parser stands at does not belong there. AWS shows the ones beside it.</summary>
    public AwsError Unexpected()
    {
        int start = _position > 0 ? _tokens[_position - 1].Start : Current.Start;
        return Syntax(Current.Kind == TokenKind.End ? "<EOF>" : Current.Text, _text[start..Math.Max(start, Math.Min(Next.End, _text.TrimEnd().Length))]);
    }

    /// <summary>The token just taken does not belong there.</summary>
    public AwsError Misplaced(ExpressionToken token)
    {
        _position = Math.Max(0, token.Kind == TokenKind.End ? _position : _position - 1);
        return Unexpected();
    }

    private AwsError Syntax(string token, string near) => Error($"Syntax error; token: \"{token}\", near: \"{near}\"");

    private void Scan()
    {
        int at = 0;
        while (true)
        {
            while (at < _text.Length && char.IsWhiteSpace(_text[at]))
            {
                at++;
            }

            ExpressionToken token = at == _text.Length ? new ExpressionToken(TokenKind.End, "", at) : TokenAt(at);
            _tokens.Add(token);
            at = token.End;
            if (token.Kind == TokenKind.End)
            {
                return;
            }
        }
    }

    private ExpressionToken TokenAt(int at)
    {
        char first = _text[at];
        if (first is '#' or ':')
        {
            int end = EndOf(at + 1, IsWordPart);
            return end > at + 1
                ? new ExpressionToken(first == '#' ? TokenKind.NamePlaceholder : TokenKind.ValuePlaceholder, _text[at..end], at)
                : throw Stray(at);
        }

        if (char.IsAsciiDigit(first))
        {
            return new ExpressionToken(TokenKind.Number, _text[at..EndOf(at, char.IsAsciiDigit)], at);
        }

        if (IsWordPart(first))
        {
            return new ExpressionToken(TokenKind.Word, _text[at..EndOf(at, IsWordPart)], at);
        }

        string two = _text.Substring(at, Math.Min(2, _text.Length - at));
        return Symbols.Contains(first) ? new ExpressionToken(TokenKind.Symbol, TwoUnits.Contains(two) ? two : two[..1], at) : throw Stray(at);
    }

    /// <summary>A character that no token starts with.</summary>
    private AwsError Stray(int at)
    {
        int next = EndOf(at + 1, char.IsWhiteSpace);
        int end = next >= _text.Length ? _text.Length : Math.Max(next + 1, EndOf(next, IsWordPart));
        return Syntax(_text.Substring(at, 1), _text[at..end]);
    }

    private int EndOf(int start, Func<char, bool> belongs)
    {
        int end = start;
        while (end < _text.Length && belongs(_text[end]))
        {
            end++;
        }

        return end;
    }

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
