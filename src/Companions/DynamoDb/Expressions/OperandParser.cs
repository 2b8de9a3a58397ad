using System.Collections.Immutable;
using System.Globalization;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb.Expressions;

/// <summary>Reads document paths and placeholders of values.</summary>
internal sealed class OperandParser(ExpressionText text, ExpressionAttributes attributes)
{
    public Operand Parse() => text.Current.Kind == TokenKind.ValuePlaceholder
        ? new ValueOperand(attributes.ValueOf(text, text.Take().Text))
        : new PathOperand(ParsePath());

    /// <summary><c>#a.b[0].c</c></summary>
    public DocumentPath ParsePath()
    {
        ImmutableArray<PathElement>.Builder elements = ImmutableArray.CreateBuilder<PathElement>();
        elements.Add(ParseName());
        while (true)
        {
            if (text.TryTake("."))
            {
                elements.Add(ParseName());
            }
            else if (text.TryTake("["))
            {
                elements.Add(ParseIndex());
            }
            else
            {
                break;
            }
        }

        return elements.Count <= Limits.AttributeDepth
            ? new DocumentPath(elements.ToImmutable())
            : throw text.Error("The document path has too many nesting elements; nesting levels: "
                + elements.Count.ToString(CultureInfo.InvariantCulture));
    }

    private PathElement ParseName()
    {
        ExpressionToken token = text.Current;
        if (token.Kind == TokenKind.NamePlaceholder)
        {
            return new PathElement(attributes.NameOf(text, text.Take().Text), 0);
        }

        if (token.Kind != TokenKind.Word)
        {
            throw text.Unexpected();
        }

        return ReservedWords.Contains(token.Text)
            ? throw text.Error($"Attribute name is a reserved keyword; reserved keyword: {token.Text}")
            : new PathElement(text.Take().Text, 0);
    }

    private PathElement ParseIndex()
    {
        if (text.Current.Kind != TokenKind.Number)
        {
            throw text.Unexpected();
        }

        string digits = text.Take().Text;
        text.Expect("]");
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? new PathElement(null, index)
            : throw text.Error($"List index is not within the allowable range; index: [{digits}]");
    }
}
