using System.Text.Json;
using Lamina.Companions.DynamoDb;
using Lamina.Contract;
using static Lamina.Rooms.Tests.Companions.DynamoDb.DynamoDbRoom;

namespace Lamina.Rooms.Tests.Companions.DynamoDb;

public sealed class ItemsTests : IAsyncLifetime
{
    private readonly DynamoDbRoom _room = new();

    public async ValueTask InitializeAsync() => _ = await _room.CreateAsync(
        "orders", "id:S nr:N", [Index("by-amount", "id amountN", "INCLUDE", "note")], [Index("by-state", "state nrN", "KEYS_ONLY"), Index("by-owner", "owner")]);

    public ValueTask DisposeAsync() => _room.DisposeAsync();

    [Theory]
    [InlineData("{'id':{'S':'1'}}", "One or more parameter values were invalid: Missing the key nr in the item")]
    [InlineData("{'id':{'N':'1'},'nr':{'N':'1'}}", "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N")]
    [InlineData("{'id':{'S':''},'nr':{'N':'1'}}", "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id")]
    [InlineData("{'id':{'S':'1'},'nr':{'N':'1'},'state':{'N':'1'}}", "One or more parameter values were invalid: Type mismatch for Index Key state Expected: S Actual: N IndexName: by-state")]
    [InlineData("{'id':{'S':'1'},'nr':{'N':'1'},'x':{'SS':['a','a']}}", "One or more parameter values were invalid: Input collection [a, a] contains duplicates.")]
    [InlineData("{'id':{'S':'1'},'nr':{'N':'1'},'x':{'NS':[]}}", "One or more parameter values were invalid: An number set  may not be empty")]
    [InlineData("{'id':{'S':'1'},'nr':{'N':'1'},'x':{'S':'a','N':'1'}}", "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")]
    [InlineData("{'id':{'S':'1'},'nr':{'N':'1'},'x':{'NULL':false}}", "One or more parameter values were invalid: Null attribute value types must have the value of true")]
    public async Task What_is_wrong_with_an_item_is_said_as_AWS_says_it(string item, string message)
    {
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => _room.PutAsync("orders", item));
        Assert.Equal(("ValidationException", message), (error.Code, error.Message));
    }

    [Fact]
    public async Task An_item_has_400_KB_and_not_a_byte_more()
    {
        const string Empty = "{'id':{'S':'1'},'nr':{'N':'1'},'x':{'S':'@'}}";
        int rest = Limits.ItemBytes - (2 + 1 + 2 + 2 + 1);
        _ = await _room.PutAsync("orders", Empty.Replace("@", new string('y', rest), StringComparison.Ordinal));
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => _room.PutAsync("orders", Empty.Replace("@", new string('y', rest + 1), StringComparison.Ordinal)));
        Assert.Equal("Item size has exceeded the maximum allowed size", error.Message);
        error = await Assert.ThrowsAsync<AwsError>(() => _room.WriteAsync(
            ItemAction.Update, "orders", "{'id':{'S':'1'},'nr':{'N':'1'}}", update: "SET z = :z", placeholders: With("{':z':{'S':'zz'}}")));
        Assert.Equal("Item size to update has exceeded the maximum allowed size", error.Message);
    }

    [Fact]
    public async Task A_query_gives_a_range_of_a_partition_in_the_order_of_its_numbers()
    {
        string[] numbers = ["-10.5", "-10", "-1", "0", "0.001", "2", "10", "1E30"];
        foreach (string number in numbers.Reverse())
        {
            _ = await _room.PutAsync("orders", $"{{'id':{{'S':'1'}},'nr':{{'N':'{number}'}}}}");
        }

        _ = await _room.PutAsync("orders", "{'id':{'S':'2'},'nr':{'N':'5'}}");
        Assert.Equal(["-10.5", "-10", "-1", "0", "0.001", "2", "10", "1" + new string('0', 30)], Numbers(Query("id = :id", "{':id':{'S':'1'}}")));
        Assert.Equal(["0", "0.001", "2"], Numbers(Query("id = :id AND nr BETWEEN :a AND :b", "{':id':{'S':'1'},':a':{'N':'0'},':b':{'N':'9'}}")));
        Assert.Equal(["-10.5", "-10"], Numbers(Query("nr < :a AND id = :id", "{':id':{'S':'1'},':a':{'N':'-1'}}")));
        Assert.Equal(["10", "2"], Numbers(Query("id = :id AND :a < nr", "{':id':{'S':'1'},':a':{'N':'1'}}", forward: false)).Skip(1));
    }

    [Fact]
    public async Task Pages_put_together_are_the_whole_and_a_filter_makes_them_smaller()
    {
        for (int i = 0; i < 25; i++)
        {
            _ = await _room.PutAsync("orders", $"{{'id':{{'S':'{i % 3}'}},'nr':{{'N':'{i}'}},'owner':{{'S':'me'}},'even':{{'BOOL':{(i % 2 == 0 ? "true" : "false")}}}}}");
        }

        foreach ((string? index, bool isQuery, bool forward) in new[] { (null, false, true), ("by-owner", false, true), ("by-owner", true, true), ("by-owner", true, false) })
        {
            List<string> seen = [];
            WalkRequest request = new()
            {
                Table = "orders",
                Index = index,
                IsQuery = isQuery,
                Forward = forward,
                KeyCondition = isQuery ? "#o = :o" : null,
                Filter = "even = :even",
                Placeholders = isQuery
                    ? With("{':o':{'S':'me'},':even':{'BOOL':true}}", ("#o", "owner"))
                    : With("{':even':{'BOOL':true}}"),
                Limit = 4,
            };
            WalkAnswer page;
            do
            {
                page = _room.Walks.Walk(Owner, request);
                seen.AddRange(Numbers(page));
                Assert.InRange(page.ScannedCount, 0, 4);
                request = request with { ExclusiveStartKey = page.LastEvaluatedKey is null ? null : JsonDocument.Parse(page.LastEvaluatedKey).RootElement };
            }
            while (page.LastEvaluatedKey is not null);
            Assert.Equal(Enumerable.Range(0, 13).Select(static i => $"{2 * i}").Order(), seen.Order());
        }
    }

    [Fact]
    public async Task Segments_of_a_scan_put_together_are_the_whole()
    {
        for (int i = 0; i < 40; i++)
        {
            _ = await _room.PutAsync("orders", $"{{'id':{{'S':'{i}'}},'nr':{{'N':'{i}'}}}}");
        }

        string[][] segments =
        [
            .. Enumerable.Range(0, 3).Select(i => Numbers(_room.Walks.Walk(Owner, new WalkRequest { Table = "orders", Segment = i, TotalSegments = 3 }))),
        ];
        Assert.All(segments, static segment => Assert.NotEmpty(segment));
        Assert.Equal(Enumerable.Range(0, 40).Select(static i => $"{i}").Order(), segments.SelectMany(static segment => segment).Order());
    }

    [Fact]
    public async Task A_page_looks_at_one_megabyte()
    {
        string large = new('x', 300_000);
        for (int i = 0; i < 5; i++)
        {
            _ = await _room.PutAsync("orders", $"{{'id':{{'S':'1'}},'nr':{{'N':'{i}'}},'x':{{'S':'{large}'}}}}");
        }

        WalkAnswer page = Query("id = :id", "{':id':{'S':'1'}}");
        Assert.Equal((3, "{'id':{'S':'1'},'nr':{'N':'2'}}"), (page.Count, Text(page.LastEvaluatedKey)));
    }

    [Fact]
    public async Task Indexes_follow_their_items_and_have_what_they_project()
    {
        _ = await _room.PutAsync("orders", "{'id':{'S':'1'},'nr':{'N':'1'},'state':{'S':'new'},'nrN':{'N':'7'},'amountN':{'N':'3'},'note':{'S':'n'},'other':{'S':'o'}}");
        Assert.Equal("{'id':{'S':'1'},'nr':{'N':'1'},'nrN':{'N':'7'},'state':{'S':'new'}}", Only(Query("#s = :s", "{':s':{'S':'new'}}", "by-state", ("#s", "state"))));
        Assert.Equal("{'amountN':{'N':'3'},'id':{'S':'1'},'note':{'S':'n'},'nr':{'N':'1'}}", Only(Query("id = :id AND amountN > :a", "{':id':{'S':'1'},':a':{'N':'2'}}", "by-amount")));

        _ = await _room.WriteAsync(ItemAction.Update, "orders", "{'id':{'S':'1'},'nr':{'N':'1'}}", update: "SET #s = :s", placeholders: With("{':s':{'S':'old'}}", ("#s", "state")));
        Assert.Equal(0, Query("#s = :s", "{':s':{'S':'new'}}", "by-state", ("#s", "state")).Count);
        Assert.Equal(1, Query("#s = :s AND nrN = :n", "{':s':{'S':'old'},':n':{'N':'7'}}", "by-state", ("#s", "state")).Count);
        _ = await _room.WriteAsync(ItemAction.Update, "orders", "{'id':{'S':'1'},'nr':{'N':'1'}}", update: "REMOVE nrN");
        Assert.Equal(0, Query("#s = :s", "{':s':{'S':'old'}}", "by-state", ("#s", "state")).Count);
        _ = await _room.WriteAsync(ItemAction.Delete, "orders", "{'id':{'S':'1'},'nr':{'N':'1'}}");
        Assert.Equal(0, Query("id = :id", "{':id':{'S':'1'}}", "by-amount").Count);
    }

    [Theory]
    [InlineData("nr = :v", "Query condition missed key schema element: id")]
    [InlineData("id > :s", "Query key condition not supported")]
    [InlineData("id = :s OR nr = :v", "Invalid operator used in KeyConditionExpression: OR")]
    [InlineData("id = :s AND nr <> :v", "Invalid operator used in KeyConditionExpression: <>")]
    [InlineData("id = :s AND extra = :v", "Query condition missed key schema element: nr")]
    [InlineData("id = :s AND nr = :v AND nr < :v", "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key")]
    [InlineData("id = :v", "One or more parameter values were invalid: Condition parameter type does not match schema type")]
    public void What_no_key_can_be_looked_up_by_is_said_as_AWS_says_it(string condition, string message)
    {
        string values = (condition.Contains(":v", StringComparison.Ordinal), condition.Contains(":s", StringComparison.Ordinal)) switch
        {
            (true, true) => "{':v':{'N':'1'},':s':{'S':'1'}}",
            (true, false) => "{':v':{'N':'1'}}",
            _ => "{':s':{'S':'1'}}",
        };
        Assert.Equal(message, Assert.Throws<AwsError>(() => Query(condition, values)).Message);
    }

    [Fact]
    public async Task A_transaction_is_done_whole_or_not_at_all_and_says_for_each_part_why()
    {
        _ = await _room.PutAsync("orders", "{'id':{'S':'1'},'nr':{'N':'1'},'n':{'N':'1'}}");
        ItemRequest[] requests =
        [
            Request(ItemAction.Put, "orders", "{'id':{'S':'2'},'nr':{'N':'1'}}"),
            Request(ItemAction.Check, "orders", "{'id':{'S':'1'},'nr':{'N':'1'}}", "n = :n", placeholders: With("{':n':{'N':'2'}}")),
            Request(ItemAction.Update, "orders", "{'id':{'S':'3'},'nr':{'N':'1'}}", update: "SET a = b"),
        ];
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => TransactAsync(requests, token: null));
        Assert.Equal(
            ("TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ValidationError]"),
            (error.Code, error.Message));
        Assert.Equal(
            "[{'Code':'None'},{'Code':'ConditionalCheckFailed','Message':'The conditional request failed','Item':{'id':{'S':'1'},'n':{'N':'1'},'nr':{'N':'1'}}},"
            + "{'Code':'ValidationError','Message':'The provided expression refers to an attribute that does not exist in the item'}]",
            Text(Assert.Single(error.Members).Json.ToArray()));
        Assert.Null(_room.Get("orders", "{'id':{'S':'2'},'nr':{'N':'1'}}"));

        ItemRequest[] counting = [Request(ItemAction.Update, "orders", "{'id':{'S':'1'},'nr':{'N':'1'}}", update: "ADD n :n", placeholders: With("{':n':{'N':'1'}}"))];
        await TransactAsync(counting, "token");
        await TransactAsync(counting, "token");
        Assert.Contains("'n':{'N':'2'}", _room.Get("orders", "{'id':{'S':'1'},'nr':{'N':'1'}}"), StringComparison.Ordinal);
        Assert.Equal("IdempotentParameterMismatchException", (await Assert.ThrowsAsync<AwsError>(() => _room.Transactions.WriteAsync(Owner, counting, "token", [9], CancellationToken.None))).Code);
        error = await Assert.ThrowsAsync<AwsError>(() => TransactAsync([counting[0], counting[0]], token: null));
        Assert.Equal("Transaction request cannot include multiple operations on one item", error.Message);
    }

    [Fact]
    public async Task A_batch_is_refused_whole_for_an_item_that_is_there_twice()
    {
        ItemRequest[] requests = [.. new[] { "1", "2", "1.0" }.Select(static nr => Request(ItemAction.Put, "orders", $"{{'id':{{'S':'1'}},'nr':{{'N':'{nr}'}}}}"))];
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => _room.Batches.WriteAsync(Owner, requests, CancellationToken.None));
        Assert.Equal("Provided list of item keys contains duplicates", error.Message);
        Assert.Equal(0, Query("id = :id", "{':id':{'S':'1'}}").Count);
        _ = await _room.Batches.WriteAsync(Owner, requests[..2], CancellationToken.None);
        Assert.Equal(2, Query("id = :id", "{':id':{'S':'1'}}").Count);
    }

    [Fact]
    public async Task Writers_at_the_same_time_lose_nothing_and_readers_see_whole_transactions()
    {
        const int Writers = 20;
        const int Each = 10;
        using CancellationTokenSource ended = new();
        Task<bool> reading = Task.Run(() =>
        {
            bool equal = true;
            while (!ended.IsCancellationRequested)
            {
                IReadOnlyList<ItemAnswer> both = _room.Transactions.Get(Owner, [.. new[] { "1", "2" }.Select(Read)]);
                equal &= Count(both[0]) == Count(both[1]);
            }

            return equal;
        });
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            for (int i = 0; i < Each; i++)
            {
                await TransactAsync([.. new[] { "1", "2" }.Select(Add)], token: null);
            }
        }));
        await ended.CancelAsync();
        Assert.True(await reading);
        Assert.Equal($"{Writers * Each}", Count(_room.Items.Get(Owner, Read("1"))));

        static GetRequest Read(string id) => new("orders", Json($"{{'id':{{'S':'{id}'}},'nr':{{'N':'0'}}}}"), null, null, Consistent: true);

        static ItemRequest Add(string id) => Request(
            ItemAction.Update, "orders", $"{{'id':{{'S':'{id}'}},'nr':{{'N':'0'}}}}", update: "ADD n :one", placeholders: With("{':one':{'N':'1'}}"));

        static string? Count(ItemAnswer answer) =>
            answer.Attributes is null ? null : JsonDocument.Parse(answer.Attributes).RootElement.GetProperty("n").GetProperty("N").GetString();
    }

    [Fact]
    public async Task Everything_is_there_when_the_database_is_opened_again()
    {
        _ = await _room.PutAsync("orders", "{'id':{'S':'1'},'nr':{'N':'1'},'owner':{'S':'me'}}");
        await _room.ReopenAsync();
        Assert.Equal("{'id':{'S':'1'},'nr':{'N':'1'},'owner':{'S':'me'}}", Only(Query("#o = :o", "{':o':{'S':'me'}}", "by-owner", ("#o", "owner"))));
        TableDescription described = _room.Tables.Describe(Owner, "orders");
        Assert.Equal(("ACTIVE", 1L, 1L, 0L), (described.Status, described.Items, described.Indexes["by-owner"].Items, described.Indexes["by-state"].Items));
    }

    private Task TransactAsync(ItemRequest[] requests, string? token) => _room.Transactions.WriteAsync(Owner, requests, token, [1], CancellationToken.None);

    private WalkAnswer Query(string condition, string values, string? index = null, params (string, string)[] names) => Query(condition, values, forward: true, index, names);

    private WalkAnswer Query(string condition, string values, bool forward, string? index = null, params (string, string)[] names) => _room.Walks.Walk(Owner, new WalkRequest
    {
        Table = "orders",
        Index = index,
        IsQuery = true,
        KeyCondition = condition,
        Placeholders = With(values, names),
        Forward = forward,
    });

    private static string Only(WalkAnswer page) => Text(Assert.Single(page.Items!).ToArray())!;

    private static string[] Numbers(WalkAnswer page) =>
        [.. page.Items!.Select(static item => JsonDocument.Parse(item).RootElement.GetProperty("nr").GetProperty("N").GetString()!)];
}
