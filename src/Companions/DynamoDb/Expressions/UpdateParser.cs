using System.Globalization;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb.Expressions;

/// <summary>Reads an update: <c>SET a = b + :n, c[0] = if_not_exists(d, :e) REMOVE f ADD g :h DELETE i :j</c></summary>
internal sealed class UpdateParser
{
    private const string IfNotExistsName = "if_not_exists";
    private const string ListAppendName = "list_append";

    private readonly ExpressionText _text;
    private readonly ExpressionAttributes _attributes;
    private readonly OperandParser _operands;
    private readonly List<UpdateAction> _actions = [];

    private UpdateParser(ExpressionText text, ExpressionAttributes attributes)
    {
        _text = text;
        _attributes = attributes;
        _operands = new OperandParser(text, attributes);
    }

    /// <summary>Null when there is no text. Throws <c>ValidationException</c>.</summary>
    public static Update? Parse(string? text, ExpressionAttributes attributes)
    {
        if (text is null)
        {
            return null;
        }

        UpdateParser parser = new(new ExpressionText("UpdateExpression", text), attributes);
        parser.ParseSections();
        PathSet.Check(parser._text, [.. parser._actions.Select(static action => action.Path)]);
        return new Update([.. parser._actions]);
    }

    private void ParseSections()
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        do
        {
            ExpressionToken keyword = _text.Current;
            string section = keyword.Text.ToUpperInvariant();
            Func<UpdateAction> parse = section switch
            {
                "SET" => ParseSet,
                "REMOVE" => () => new RemoveAction(_operands.ParsePath()),
                "ADD" => ParseAdd,
                "DELETE" => ParseDelete,
                _ => throw _text.Unexpected(),
            };
            _text.Take();
            if (!seen.Add(section))
            {
                throw _text.Error($"The \"{section}\" section can only be used once in an update expression;");
            }

            do
            {
                _actions.Add(parse());
            }
            while (_text.TryTake(","));
        }
        while (_text.Current.Kind != TokenKind.End);
    }

    private SetAction ParseSet()
    {
        DocumentPath path = _operands.ParsePath();
        _text.Expect("=");
        Operand left = ParseOperand();
        bool subtract = _text.Current.Is("-");
        if (!subtract && !_text.Current.Is("+"))
        {
            return new SetAction(path, left);
        }

        string symbol = _text.Take().Text;
        Operand right = ParseOperand();
        RequireNumber(symbol, left);
        RequireNumber(symbol, right);
        return new SetAction(path, new Arithmetic(left, right, subtract));
    }

    private AddAction ParseAdd()
    {
        (DocumentPath path, AttributeValue value) = ParsePair();
        return value is NumberValue or SetValue ? new AddAction(path, value) : throw WrongType("operator: ADD", value.TypeWord);
    }

    private DeleteAction ParseDelete()
    {
        (DocumentPath path, AttributeValue value) = ParsePair();
        return value is SetValue set ? new DeleteAction(path, set) : throw WrongType("operator: DELETE", value.TypeWord);
    }

    private (DocumentPath Path, AttributeValue Value) ParsePair()
    {
        DocumentPath path = _operands.ParsePath();
        return _text.Current.Kind == TokenKind.ValuePlaceholder
            ? (path, _attributes.ValueOf(_text, _text.Take().Text))
            : throw _text.Unexpected();
    }

    private Operand ParseOperand()
    {
        if (_text.TryTake("("))
        {
            Operand inner = ParseOperand();
            _text.Expect(")");
            return inner;
        }

        if (_text.Current.Kind != TokenKind.Word || !_text.Next.Is("("))
        {
            return _operands.Parse();
        }

        string function = _text.Take().Text;
        if (function is not (IfNotExistsName or ListAppendName))
        {
            throw _text.Error(function is "attribute_exists" or "attribute_not_exists" or "attribute_type" or "begins_with" or "contains" or "size"
                ? $"The function is not allowed in an update expression; function: {function}"
                : $"Invalid function name; function: {function}");
        }

        List<Operand> operands = ParseArguments();
        if (operands is not [var first, var second])
        {
            throw _text.Error(string.Create(
                CultureInfo.InvariantCulture,
                $"Incorrect number of operands for operator or function; operator or function: {function}, number of operands: {operands.Count}"));
        }

        return function == IfNotExistsName
            ? new IfNotExists(
                first is PathOperand path
                    ? path.Path
                    : throw _text.Error($"Operator or function requires a document path; operator or function: {function}"),
                second)
            : new ListAppend(RequireList(first), RequireList(second));
    }

    private List<Operand> ParseArguments()
    {
        _text.Expect("(");
        List<Operand> operands = [];
        do
        {
            operands.Add(ParseOperand());
        }
        while (_text.TryTake(","));
        _text.Expect(")");
        return operands;
    }

    private Operand RequireList(Operand operand) => operand is ValueOperand { Value: not ListValue and var value }
        ? throw WrongType($"operator or function: {ListAppendName}", value.Type.ToString())
        : operand;

    private void RequireNumber(string symbol, Operand operand)
    {
        if (operand is ValueOperand { Value: not NumberValue and var value })
        {
            throw WrongType($"operator or function: {symbol}", value.Type.ToString());
        }
    }

    private AwsError WrongType(string what, string type) => _text.Error($"Incorrect operand type for operator or function; {what}, operand type: {type}");
}
