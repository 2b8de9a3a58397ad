using System.Collections.Immutable;
using System.Globalization;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb.Expressions;

/// <summary>Reads a condition: <c>attribute_exists(id) AND (price BETWEEN :a AND :b OR NOT size(#tags) > :n)</c></summary>
internal sealed class ConditionParser
{
    private const string AttributeExists = "attribute_exists";
    private const string AttributeNotExists = "attribute_not_exists";
    private const string AttributeTypeFunction = "attribute_type";
    private const string BeginsWithFunction = "begins_with";
    private const string ContainsFunction = "contains";
    private const string Size = "size";

    // Each open bracket is a call deeper; the expression's own limit would allow thousands.
    private const int MaxDepth = 100;

    private static readonly string[] Functions = [AttributeExists, AttributeNotExists, AttributeTypeFunction, BeginsWithFunction, ContainsFunction];
    private static readonly string[] Comparisons = ["=", "<>", "<", "<=", ">", ">="];

    private readonly ExpressionText _text;
    private readonly OperandParser _operands;
    private int _depth;
    private int _operators;
    private Condition? _lastBracketed;

    private ConditionParser(ExpressionText text, ExpressionAttributes attributes)
    {
        _text = text;
        _operands = new OperandParser(text, attributes);
    }

    /// <summary>Null when there is no text. Throws <c>ValidationException</c>.</summary>
    public static Condition? Parse(string parameter, string? text, ExpressionAttributes attributes)
    {
        if (text is null)
        {
            return null;
        }

        ConditionParser parser = new(new ExpressionText(parameter, text), attributes);
        Condition condition = parser.ParseOr();
        parser._text.ExpectEnd();
        return condition;
    }

    private Condition ParseOr()
    {
        Condition left = ParseAnd();
        while (_text.TryTakeWord("OR"))
        {
            CountOperator();
            left = new OrCondition(left, ParseAnd());
        }

        return left;
    }

    private Condition ParseAnd()
    {
        Condition left = ParseNot();
        while (_text.TryTakeWord("AND"))
        {
            CountOperator();
            left = new AndCondition(left, ParseNot());
        }

        return left;
    }

    private Condition ParseNot()
    {
        if (!_text.TryTakeWord("NOT"))
        {
            return ParsePrimary();
        }

        CountOperator();
        return new NotCondition(ParseNot());
    }

    private Condition ParsePrimary()
    {
        if (!_text.Current.Is("("))
        {
            return ParseSimple();
        }

        _text.Take();
        if (++_depth > MaxDepth)
        {
            throw _text.Error("The expression contains too many levels of parentheses;");
        }

        bool startsInTwo = _text.Current.Is("(");
        Condition inner = ParseOr();
        _text.Expect(")");
        _depth--;

        // The bracket within was the whole of this one.
        if (startsInTwo && ReferenceEquals(inner, _lastBracketed))
        {
            throw _text.Error("The expression has redundant parentheses;");
        }

        _lastBracketed = inner;
        return inner;
    }

    private Condition ParseSimple()
    {
        if (_text.Current.Kind == TokenKind.Word && _text.Next.Is("(") && _text.Current.Text != Size)
        {
            return ParseFunction();
        }

        Operand left = ParseOperand();
        ExpressionToken token = _text.Take();
        CountOperator();
        if (IsComparison(token))
        {
            return Compare(token.Text, left, ParseOperand());
        }

        if (token.IsWord("BETWEEN"))
        {
            Operand lower = ParseOperand();
            if (!_text.TryTakeWord("AND"))
            {
                throw _text.Unexpected();
            }

            return CheckedBetween(left, lower, ParseOperand());
        }

        if (token.IsWord("IN"))
        {
            return ParseIn(left);
        }

        throw _text.Misplaced(token);
    }

    private OneOf ParseIn(Operand left)
    {
        _text.Expect("(");
        ImmutableArray<Operand>.Builder candidates = ImmutableArray.CreateBuilder<Operand>();
        do
        {
            candidates.Add(ParseOperand());
        }
        while (_text.TryTake(","));
        _text.Expect(")");
        return candidates.Count <= 100 ? new OneOf(left, candidates.ToImmutable()) : throw WrongCount("IN", candidates.Count);
    }

    private Comparison Compare(string symbol, Operand left, Operand right)
    {
        if (left is PathOperand path && left.Equals(right))
        {
            throw _text.Error(
                "The first operand must be distinct from the remaining operands for this operator or function; "
                + $"operator: {symbol}, first operand: {path.Path}");
        }

        if (symbol is not ("=" or "<>"))
        {
            RequireOrder(symbol, left);
            RequireOrder(symbol, right);
        }

        return new Comparison(symbol, left, right);
    }

    private void RequireOrder(string symbol, Operand operand)
    {
        if (operand is ValueOperand { Value: var value } && value.Type is not (AttributeType.S or AttributeType.N or AttributeType.B))
        {
            throw _text.Error($"Incorrect operand type for operator or function; operator: {symbol}, operand type: {value.Type}");
        }
    }

    private Between CheckedBetween(Operand value, Operand lower, Operand upper)
    {
        RequireOrder("BETWEEN", lower);
        RequireOrder("BETWEEN", upper);
        if (lower is ValueOperand { Value: var least } && upper is ValueOperand { Value: var most })
        {
            string printed = $"lower bound operand: AttributeValue: {least.Printed}, upper bound operand: AttributeValue: {most.Printed}";
            int order = least.CompareTo(most)
                ?? throw _text.Error($"The BETWEEN operator requires same data type for lower and upper bounds; {printed}");
            if (order > 0)
            {
                throw _text.Error($"The BETWEEN operator requires upper bound to be greater than or equal to lower bound; {printed}");
            }
        }

        return new Between(value, lower, upper);
    }

    private Condition ParseFunction()
    {
        ExpressionToken name = _text.Take();
        if (!Functions.Contains(name.Text))
        {
            throw _text.Error(name.Text is "if_not_exists" or "list_append"
                ? $"The function is not allowed in a condition expression; function: {name.Text}"
                : $"Invalid function name; function: {name.Text}");
        }

        CountOperator();
        ImmutableArray<Operand> operands = ParseArguments();
        int expected = name.Text is AttributeExists or AttributeNotExists ? 1 : 2;
        if (operands.Length != expected)
        {
            throw WrongCount(name.Text, operands.Length);
        }

        if (IsComparison(_text.Current))
        {
            throw _text.Error($"The function is not allowed to be used this way in an expression; function: {name.Text}");
        }

        return name.Text switch
        {
            AttributeExists or AttributeNotExists => new Exists(RequirePath(name.Text, operands[0]), name.Text == AttributeExists),
            AttributeTypeFunction => new HasType(RequirePath(name.Text, operands[0]), TypeOf(operands[1])),
            BeginsWithFunction => ParseBeginsWith(operands),
            _ => ParseContains(operands),
        };
    }

    private BeginsWith ParseBeginsWith(ImmutableArray<Operand> operands)
    {
        foreach (Operand operand in operands)
        {
            if (operand is ValueOperand { Value: var value } && value.Type is not (AttributeType.S or AttributeType.B))
            {
                throw _text.Error($"Incorrect operand type for operator or function; operator or function: {BeginsWithFunction}, operand type: {value.Type}");
            }
        }

        return new BeginsWith(operands[0], operands[1]);
    }

    private Contains ParseContains(ImmutableArray<Operand> operands) => operands[0] is PathOperand path && operands[0].Equals(operands[1])
        ? throw _text.Error(
            "The first operand must be distinct from the remaining operands for this operator or function; "
            + $"operator: {ContainsFunction}, first operand: {path.Path}")
        : new Contains(operands[0], operands[1]);

    private DocumentPath RequirePath(string function, Operand operand) => operand is PathOperand path
        ? path.Path
        : throw _text.Error($"Operator or function requires a document path; operator or function: {function}");

    private AttributeType TypeOf(Operand operand) => operand switch
    {
        ValueOperand { Value: StringValue name } => Enum.TryParse(name.Text, out AttributeType type) && type.ToString() == name.Text
            ? type
            : throw _text.Error($"Invalid attribute type name found; type: {name.Text}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"),
        ValueOperand { Value: var other } => throw _text.Error(
            $"Incorrect operand type for operator or function; operator or function: {AttributeTypeFunction}, operand type: {other.Type}"),
        _ => throw _text.Error($"Operator or function requires an expression attribute value; operator or function: {AttributeTypeFunction}"),
    };

    private ImmutableArray<Operand> ParseArguments()
    {
        _text.Expect("(");
        ImmutableArray<Operand>.Builder operands = ImmutableArray.CreateBuilder<Operand>();
        do
        {
            operands.Add(ParseOperand());
        }
        while (_text.TryTake(","));
        _text.Expect(")");
        return operands.ToImmutable();
    }

    private Operand ParseOperand()
    {
        if (_text.Current.Kind != TokenKind.Word || !_text.Next.Is("("))
        {
            return _operands.Parse();
        }

        ExpressionToken name = _text.Take();
        if (name.Text != Size)
        {
            throw _text.Error(Functions.Contains(name.Text)
                ? $"The function is not allowed to be used this way in an expression; function: {name.Text}"
                : $"Invalid function name; function: {name.Text}");
        }

        ImmutableArray<Operand> operands = ParseArguments();
        return operands is not [var only] ? throw WrongCount(Size, operands.Length)
            : only is ValueOperand { Value: var value } && value.Type is AttributeType.N or AttributeType.BOOL or AttributeType.NULL
                ? throw _text.Error($"Incorrect operand type for operator or function; operator or function: {Size}, operand type: {value.Type}")
            : new SizeOperand(only);
    }

    private AwsError WrongCount(string function, int count) => _text.Error(string.Create(
        CultureInfo.InvariantCulture,
        $"Incorrect number of operands for operator or function; operator or function: {function}, number of operands: {count}"));

    private static bool IsComparison(ExpressionToken token) => token.Kind == TokenKind.Symbol && Comparisons.Contains(token.Text);

    private void CountOperator()
    {
        if (++_operators > Limits.ExpressionOperators)
        {
            throw _text.Error(string.Create(
                CultureInfo.InvariantCulture,
                $"The expression contains too many operators; operator count: {_operators}, maximum: {Limits.ExpressionOperators}"));
        }
    }
}
