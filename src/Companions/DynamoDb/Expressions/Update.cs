using System.Collections.Immutable;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb.Expressions;

/// <summary>What one clause of an update expression does at one place.</summary>
internal abstract record UpdateAction(DocumentPath Path);

internal sealed record SetAction(DocumentPath Path, Operand Value) : UpdateAction(Path);

internal sealed record RemoveAction(DocumentPath Path) : UpdateAction(Path);

/// <summary>Adds to a number, or to a set.</summary>
internal sealed record AddAction(DocumentPath Path, AttributeValue Value) : UpdateAction(Path);

/// <summary>Takes elements from a set.</summary>
internal sealed record DeleteAction(DocumentPath Path, SetValue Value) : UpdateAction(Path);

/// <summary><c>a + :n</c>, <c>a - :n</c></summary>
internal sealed record Arithmetic(Operand Left, Operand Right, bool Subtract) : Operand
{
    public override AttributeValue? In(ImmutableSortedDictionary<string, AttributeValue> item) => (Left.In(item), Right.In(item)) switch
    {
        (null, _) or (_, null) => null,
        (NumberValue left, NumberValue right) => new NumberValue(Subtract ? left.Number - right.Number : left.Number + right.Number),
        _ => throw Update.WrongOperand(),
    };
}

internal sealed record IfNotExists(DocumentPath Path, Operand Otherwise) : Operand
{
    public override AttributeValue? In(ImmutableSortedDictionary<string, AttributeValue> item) => Path.Find(item) ?? Otherwise.In(item);
}

internal sealed record ListAppend(Operand Left, Operand Right) : Operand
{
    public override AttributeValue? In(ImmutableSortedDictionary<string, AttributeValue> item) => (Left.In(item), Right.In(item)) switch
    {
        (null, _) or (_, null) => null,
        (ListValue left, ListValue right) => new ListValue(left.Items.AddRange(right.Items)),
        _ => throw Update.WrongOperand(),
    };
}

/// <summary>An update expression, read.</summary>
internal sealed record Update(ImmutableArray<UpdateAction> Actions)
{
    public static AwsError WrongOperand() => DynamoDbErrors.Validation("An operand in the update expression has an incorrect data type");

    /// <summary>
    /// The item after it. What is read is the item as it was, whatever other clauses do to it; elements are taken from lists last, the
    /// hindmost first, so indexes mean the list as it was. Throws <c>ValidationException</c>.
    /// </summary>
    public ImmutableSortedDictionary<string, AttributeValue> Apply(ImmutableSortedDictionary<string, AttributeValue> before)
    {
        ImmutableSortedDictionary<string, AttributeValue> item = before;
        foreach (SetAction set in Actions.OfType<SetAction>().OrderBy(static action => action.Path.Elements[^1].Index))
        {
            AttributeValue value = set.Value.In(before)
                ?? throw DynamoDbErrors.Validation("The provided expression refers to an attribute that does not exist in the item");
            item = set.Path.Set(item, value) ?? throw InvalidPath();
        }

        foreach (UpdateAction action in Actions.Where(static action => action is AddAction or DeleteAction))
        {
            AttributeValue? now = action.Path.Find(before);
            AttributeValue? after = action is AddAction add ? Add(now, add.Value) : Delete(now, ((DeleteAction)action).Value);
            item = (after is not null ? action.Path.Set(item, after) : now is null ? item : action.Path.Remove(item)) ?? throw InvalidPath();
        }

        foreach (RemoveAction remove in Actions.OfType<RemoveAction>().OrderByDescending(static action => action.Path.Elements[^1].Index))
        {
            item = remove.Path.Remove(item) ?? throw InvalidPath();
        }

        return item;
    }

    private static AttributeValue Add(AttributeValue? now, AttributeValue value) => (now, value) switch
    {
        (null, _) => value,
        (NumberValue number, NumberValue more) => new NumberValue(number.Number + more.Number),
        (SetValue set, SetValue more) when set.Type == more.Type => set with { Items = [.. set.Items.Union(more.Items)] },
        _ => throw WrongOperand(),
    };

    /// <summary>Null when nothing is left.</summary>
    private static SetValue? Delete(AttributeValue? now, SetValue value) => now switch
    {
        null => null,
        SetValue set when set.Type == value.Type =>
            set.Items.Except(value.Items).ToImmutableArray() is { IsEmpty: false } left ? set with { Items = left } : null,
        _ => throw WrongOperand(),
    };

    private static AwsError InvalidPath() => DynamoDbErrors.Validation("The document path provided in the update expression is invalid for update");
}
