using Lamina.Contract;

namespace Lamina.Companions.DynamoDb.Expressions;

/// <summary>What a query's KeyConditionExpression asks for: one partition, and a range of its sort keys.</summary>
/// <param name="Partition">The value of the partition key.</param>
internal sealed record KeyCondition(AttributeValue Partition, SortRange Sort)
{
    private const string Parameter = "KeyConditionExpression";

    /// <summary>Throws <c>ValidationException</c> for a condition that no key can be looked up by.</summary>
    public static KeyCondition Of(Condition condition, KeySchema schema, TableDefinition table)
    {
        Dictionary<string, Condition> byAttribute = new(StringComparer.Ordinal);
        foreach (Condition part in PartsOf(condition))
        {
            if (!byAttribute.TryAdd(AttributeOf(part), part))
            {
                throw Invalid("KeyConditionExpressions must only contain one condition per key");
            }
        }

        if (byAttribute.Count > 2)
        {
            throw DynamoDbErrors.Validation("Conditions can be of length 1 or 2 only");
        }

        if (!byAttribute.Remove(schema.Hash, out Condition? onHash))
        {
            throw DynamoDbErrors.Validation($"Query condition missed key schema element: {schema.Hash}");
        }

        AttributeValue partition = onHash is Comparison { Operator: "=" } equality
            ? ValueOf(equality)
            : throw DynamoDbErrors.Validation("Query key condition not supported");
        RequireType(table, schema.Hash, partition);
        if (byAttribute.Count == 0)
        {
            return new KeyCondition(partition, SortRange.Everything);
        }

        (string name, Condition onRange) = byAttribute.Single();
        return name == schema.Range
            ? new KeyCondition(partition, RangeOf(table, name, onRange))
            : throw DynamoDbErrors.Validation(schema.Range is null
                ? "Query key condition not supported"
                : $"Query condition missed key schema element: {schema.Range}");
    }

    private static IEnumerable<Condition> PartsOf(Condition condition) => condition switch
    {
        AndCondition and => PartsOf(and.Left).Concat(PartsOf(and.Right)),
        OrCondition => throw InvalidOperator("OR"),
        NotCondition => throw InvalidOperator("NOT"),
        OneOf => throw InvalidOperator("IN"),
        Comparison { Operator: "<>" } => throw InvalidOperator("<>"),
        Exists exists => throw InvalidOperator(exists.Expected ? "attribute_exists" : "attribute_not_exists"),
        HasType => throw InvalidOperator("attribute_type"),
        Contains => throw InvalidOperator("contains"),
        _ => [condition],
    };

    private static string AttributeOf(Condition condition)
    {
        Operand operand = condition switch
        {
            Comparison comparison => comparison.Left is PathOperand ? comparison.Left : comparison.Right,
            Between between => between.Value,
            BeginsWith begins => begins.Value,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return operand switch
        {
            PathOperand { Path: { Elements.Length: 1 } path } => path.Root,
            PathOperand => throw Invalid($"{Parameter}s cannot have conditions on nested attributes"),
            SizeOperand => throw InvalidOperator("size"),
            _ => throw Invalid("No key attribute specified"),
        };
    }

    private static SortRange RangeOf(TableDefinition table, string name, Condition condition)
    {
        byte[] Bytes(Operand operand)
        {
            AttributeValue value = operand is ValueOperand given
                ? given.Value
                : throw Invalid($"{Parameter}s must only contain one condition per key");
            RequireType(table, name, value);
            return ItemKey.BytesOf(value);
        }

        switch (condition)
        {
            case Between between:
                return new SortRange(Bytes(between.Lower), true, Bytes(between.Upper), true);
            case BeginsWith begins:
                byte[] prefix = Bytes(begins.Prefix);
                return table.TypeOf(name) == AttributeType.N ? throw InvalidOperator("begins_with") : SortRange.StartingWith(prefix);
        }

        Comparison comparison = (Comparison)condition;
        bool turned = comparison.Left is not PathOperand;
        byte[] bound = Bytes(turned ? comparison.Left : comparison.Right);
        return (turned ? Turned(comparison.Operator) : comparison.Operator) switch
        {
            "=" => SortRange.Only(bound),
            "<" => new SortRange(null, true, bound, false),
            "<=" => new SortRange(null, true, bound, true),
            ">" => new SortRange(bound, false, null, true),
            _ => new SortRange(bound, true, null, true),
        };
    }

    private static string Turned(string symbol) => symbol switch
    {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        _ => symbol,
    };

    private static AttributeValue ValueOf(Comparison comparison) => (comparison.Left, comparison.Right) switch
    {
        (PathOperand, ValueOperand value) => value.Value,
        (ValueOperand value, PathOperand) => value.Value,
        _ => throw DynamoDbErrors.Validation("Query key condition not supported"),
    };

    private static void RequireType(TableDefinition table, string name, AttributeValue value)
    {
        if (value.Type != table.TypeOf(name))
        {
            throw DynamoDbErrors.Invalid("Condition parameter type does not match schema type");
        }

        if (value is StringValue { Text: "" } or BinaryValue { Bytes.IsEmpty: true })
        {
            throw DynamoDbErrors.Validation(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
                + $"{(value is StringValue ? "string" : "binary")} value. Key: {name}");
        }
    }

    private static AwsError InvalidOperator(string name) => DynamoDbErrors.Validation($"Invalid operator used in {Parameter}: {name}");

    private static AwsError Invalid(string message) => DynamoDbErrors.Validation($"Invalid {Parameter}: {message}");
}
