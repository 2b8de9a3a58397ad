using Lamina.Companions.DynamoDb;
using Lamina.Contract;
using static Lamina.Rooms.Tests.Companions.DynamoDb.DynamoDbRoom;

namespace Lamina.Rooms.Tests.Companions.DynamoDb;

/// <summary>Expressions as requests bring them, on one item.</summary>
public sealed class ExpressionTests : IAsyncLifetime
{
    private const string Table = "things";
    private const string Key = "{'id':{'S':'1'}}";

    private const string Item =
        "{'id':{'S':'1'},'n':{'N':'5'},'s':{'S':'hello'},'tags':{'SS':['a','b']},'lst':{'L':[{'N':'1'},{'N':'2'},{'N':'3'}]},"
        + "'mp':{'M':{'x':{'N':'1'},'name':{'S':'deep'}}},'flag':{'BOOL':true},'b':{'B':'AAEC'}}";

    private readonly DynamoDbRoom _room = new();

    public async ValueTask InitializeAsync()
    {
        _ = await _room.CreateAsync(Table, "id:S");
        _ = await _room.PutAsync(Table, Item);
    }

    public ValueTask DisposeAsync() => _room.DisposeAsync();

    [Theory]
    [InlineData("attribute_exists(id) AND attribute_not_exists(nothing)", null, true)]
    [InlineData("n = :v", "{':v':{'N':'5.0'}}", true)]
    [InlineData("n <> :v", "{':v':{'S':'5'}}", true)]
    [InlineData("nothing <> :v", "{':v':{'S':'5'}}", true)]
    [InlineData("nothing = :v", "{':v':{'S':'5'}}", false)]
    [InlineData("s < :v", "{':v':{'N':'5'}}", false)]
    [InlineData("n BETWEEN :a AND :b AND NOT n IN (:a, :b)", "{':a':{'N':'1'},':b':{'N':'9'}}", true)]
    [InlineData("NOT (n > :a OR s = :b)", "{':a':{'N':'1'},':b':{'S':'x'}}", false)]
    [InlineData("n = :a OR n = :b AND s = :b", "{':a':{'N':'5'},':b':{'S':'x'}}", true)]
    [InlineData("begins_with(s, :v)", "{':v':{'S':'hel'}}", true)]
    [InlineData("begins_with(b, :v)", "{':v':{'B':'AAE='}}", true)]
    [InlineData("contains(s, :v) and contains(tags, :w)", "{':v':{'S':'ell'},':w':{'S':'b'}}", true)]
    [InlineData("contains(lst, :v)", "{':v':{'N':'2'}}", true)]
    [InlineData("size(lst) = :v AND size(s) > :v AND size(tags) < :v", "{':v':{'N':'3'}}", true)]
    [InlineData("attribute_type(flag, :v)", "{':v':{'S':'BOOL'}}", true)]
    [InlineData("lst[1] = :v AND mp.x < lst[1]", "{':v':{'N':'2'}}", true)]
    [InlineData("tags = :v", "{':v':{'SS':['b','a']}}", true)]
    public async Task Conditions_hold_or_not(string condition, string? values, bool holds)
    {
        Task<ItemAnswer> write = _room.WriteAsync(ItemAction.Delete, Table, Key, condition, placeholders: With(values));
        if (holds)
        {
            _ = await write;
        }
        else
        {
            AwsError failed = await Assert.ThrowsAsync<AwsError>(() => write);
            Assert.Equal(("ConditionalCheckFailedException", "The conditional request failed"), (failed.Code, failed.Message));
            Assert.Equal("Item", Assert.Single(failed.Members).Name);
        }

        Assert.Equal(holds, _room.Get(Table, Key) is null);
    }

    [Theory]
    [InlineData("SET n = n + :v", "{':v':{'N':'0.5'}}", "{'n':{'N':'5.5'}}")]
    [InlineData("SET n = :v - n", "{':v':{'N':'1'}}", "{'n':{'N':'-4'}}")]
    [InlineData("SET fresh = if_not_exists(fresh, :v), n = if_not_exists(n, :v)", "{':v':{'N':'1'}}", "{'fresh':{'N':'1'},'n':{'N':'5'}}")]
    [InlineData("SET lst = list_append(:v, lst)", "{':v':{'L':[{'N':'0'}]}}", "{'lst':{'L':[{'N':'0'},{'N':'1'},{'N':'2'},{'N':'3'}]}}")]
    [InlineData("SET lst[9] = :v, lst[0] = :v", "{':v':{'N':'7'}}", "{'lst':{'L':[{'N':'7'}]}}")]
    [InlineData("SET s = n, n = s", null, "{'n':{'S':'hello'},'s':{'N':'5'}}")]
    [InlineData("SET mp.y = mp.x REMOVE mp.x", null, "{'mp':{'M':{'y':{'N':'1'}}}}")]
    [InlineData("add n :v, fresh :v, tags :s", "{':v':{'N':'2'},':s':{'SS':['c','a']}}", "{'fresh':{'N':'2'},'n':{'N':'7'},'tags':{'SS':['a','b','c']}}")]
    [InlineData("DELETE tags :s SET flag = :f", "{':s':{'SS':['a','b']},':f':{'NULL':true}}", "{'flag':{'NULL':true}}")]
    public async Task Updates_give_what_they_changed(string update, string? values, string changed)
    {
        ItemAnswer answer = await _room.WriteAsync(ItemAction.Update, Table, Key, update: update, placeholders: With(values), returned: "UPDATED_NEW");
        string text = Text(answer.Attributes)!;
        // A list shows the elements that were set only, as AWS does.
        Assert.Equal(changed, text);
    }

    [Fact]
    public async Task Elements_are_removed_by_the_places_they_had()
    {
        _ = await _room.WriteAsync(ItemAction.Update, Table, Key, update: "REMOVE lst[0], lst[2], lst[8]");
        Assert.Contains("'lst':{'L':[{'N':'2'}]}", _room.Get(Table, Key), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_makes_the_item_that_is_not_there()
    {
        _ = await _room.WriteAsync(ItemAction.Update, Table, "{'id':{'S':'2'}}", update: "ADD hits :one", placeholders: With("{':one':{'N':'1'}}"));
        Assert.Equal("{'hits':{'N':'1'},'id':{'S':'2'}}", _room.Get(Table, "{'id':{'S':'2'}}"));
    }

    [Theory]
    [InlineData("SET n = :v", "{':v':{'N':'1'},':w':{'N':'1'}}", "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}")]
    [InlineData("SET n = :w", "{':v':{'N':'1'}}", "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :w")]
    [InlineData("SET #n = :v", "{':v':{'N':'1'}}", "Invalid UpdateExpression: An expression attribute name used in the document path is not defined; attribute name: #n")]
    [InlineData("SET name = :v", "{':v':{'N':'1'}}", "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: name")]
    [InlineData("SET a = :v SET b = :v", "{':v':{'N':'1'}}", "Invalid UpdateExpression: The \"SET\" section can only be used once in an update expression;")]
    [InlineData("SET a = :v, a.b = :v", "{':v':{'N':'1'}}", "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]")]
    [InlineData("SET a[0] = :v, a.b = :v", "{':v':{'N':'1'}}", "Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, [0]], path two: [a, b]")]
    [InlineData("SET a b :v", "{':v':{'N':'1'}}", "Invalid UpdateExpression: Syntax error; token: \"b\", near: \"a b :v\"")]
    [InlineData("SET a =", null, "Invalid UpdateExpression: Syntax error; token: \"<EOF>\", near: \"=\"")]
    [InlineData("SET last-n = :v", "{':v':{'N':'1'}}", "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: last")]
    [InlineData("SET id = :v", "{':v':{'S':'1'}}", "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key")]
    [InlineData("SET a = nothing", null, "The provided expression refers to an attribute that does not exist in the item")]
    [InlineData("SET a.b = :v", "{':v':{'N':'1'}}", "The document path provided in the update expression is invalid for update")]
    [InlineData("SET n = s + :v", "{':v':{'N':'1'}}", "An operand in the update expression has an incorrect data type")]
    [InlineData("ADD s :v", "{':v':{'N':'1'}}", "An operand in the update expression has an incorrect data type")]
    [InlineData("ADD n :v", "{':v':{'S':'1'}}", "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: STRING")]
    [InlineData("SET a = size(n)", null, "Invalid UpdateExpression: The function is not allowed in an update expression; function: size")]
    [InlineData("SET a = foo(n)", null, "Invalid UpdateExpression: Invalid function name; function: foo")]
    [InlineData(" ", null, "Invalid UpdateExpression: The expression can not be empty;")]
    public async Task What_is_wrong_with_an_update_is_said_as_AWS_says_it(string update, string? values, string message)
    {
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => _room.WriteAsync(ItemAction.Update, Table, Key, update: update, placeholders: With(values)));
        Assert.Equal(("ValidationException", message), (error.Code, error.Message));
    }

    [Theory]
    [InlineData("n = n", null, "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [n]")]
    [InlineData("((n = :v))", "{':v':{'N':'1'}}", "Invalid ConditionExpression: The expression has redundant parentheses;")]
    [InlineData("size(n)", null, "Invalid ConditionExpression: Syntax error; token: \"<EOF>\", near: \")\"")]
    [InlineData("attribute_exists(n) = :v", "{':v':{'N':'1'}}", "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: attribute_exists")]
    [InlineData("foo(n)", null, "Invalid ConditionExpression: Invalid function name; function: foo")]
    [InlineData("begins_with(s, :v)", "{':v':{'N':'1'}}", "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N")]
    [InlineData("begins_with(s)", null, "Invalid ConditionExpression: Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1")]
    [InlineData("attribute_type(s, :v)", "{':v':{'S':'X'}}", "Invalid ConditionExpression: Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")]
    [InlineData("n BETWEEN :b AND :a", "{':a':{'N':'1'},':b':{'N':'2'}}", "Invalid ConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}")]
    [InlineData("n = :v", "{':v':{}}", "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes for key :v")]
    [InlineData("n @ :v", "{':v':{'N':'1'}}", "Invalid ConditionExpression: Syntax error; token: \"@\", near: \"@ :\"")]
    public async Task What_is_wrong_with_a_condition_is_said_as_AWS_says_it(string condition, string? values, string message)
    {
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => _room.WriteAsync(ItemAction.Delete, Table, Key, condition, placeholders: With(values)));
        Assert.Equal(("ValidationException", message), (error.Code, error.Message));
    }
}
