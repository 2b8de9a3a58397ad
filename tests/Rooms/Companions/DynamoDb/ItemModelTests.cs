using System.Globalization;
using Lamina.Companions.DynamoDb;
using Lamina.Contract;
using static Lamina.Rooms.Tests.Companions.DynamoDb.DynamoDbRoom;

namespace Lamina.Rooms.Tests.Companions.DynamoDb;

/// <summary>Random writes to a table, and to a dictionary that says what must be in it.</summary>
public sealed class ItemModelTests
{
    private const int Rounds = 4;
    private const int StepsOfRound = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Table_and_index_are_what_the_writes_say_whatever_their_order(int seed)
    {
        Random random = new(seed);
        await using DynamoDbRoom room = new();
        _ = await room.CreateAsync("table", "p:S s:N", Index("by-value", "g vN"));
        SortedDictionary<(int Partition, int Sort), Row> model = [];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < StepsOfRound; i++)
            {
                await ApplyAsync(room, model, new Step(random.Next(5), random.Next(3), random.Next(-3, 4), random.Next(6), random.Next(2) == 0));
            }

            await room.ReopenAsync();
            Compare(room, model);
        }
    }

    private static async Task ApplyAsync(DynamoDbRoom room, SortedDictionary<(int Partition, int Sort), Row> model, Step step)
    {
        (int, int) place = (step.Partition, step.Sort);
        Row? before = model.GetValueOrDefault(place);
        string key = $"'p':{{'S':'p{step.Partition}'}},'s':{{'N':'{step.Sort}'}}";
        bool holds = !step.Conditional || before is not null;
        string? condition = step.Conditional ? "attribute_exists(p)" : null;
        (ItemAction action, string item, string? update, Row? after) = step.Kind switch
        {
            0 => (ItemAction.Put, $"{{{key},'g':{{'S':'g'}},'vN':{{'N':'{step.Value}'}}}}", null, new Row("g", step.Value)),
            1 => (ItemAction.Put, $"{{{key}}}", (string?)null, new Row(null, null)),
            2 => (ItemAction.Update, $"{{{key}}}", "ADD vN :v SET g = if_not_exists(g, :g)", new Row(before?.Group ?? "h", (before?.Value ?? 0) + step.Value)),
            3 => (ItemAction.Update, $"{{{key}}}", "REMOVE g", new Row(null, before?.Value)),
            _ => (ItemAction.Delete, $"{{{key}}}", null, (Row?)null),
        };
        Placeholders placeholders = step.Kind == 2 ? With($"{{':v':{{'N':'{step.Value}'}},':g':{{'S':'h'}}}}") : With(null);
        Task<ItemAnswer> write = room.WriteAsync(action, "table", item, condition, update, placeholders);
        if (!holds)
        {
            Assert.Equal("ConditionalCheckFailedException", (await Assert.ThrowsAsync<AwsError>(() => write)).Code);
            return;
        }

        _ = await write;
        if (after is null)
        {
            model.Remove(place);
        }
        else
        {
            model[place] = after;
        }
    }

    private static void Compare(DynamoDbRoom room, SortedDictionary<(int Partition, int Sort), Row> model)
    {
        for (int partition = 0; partition <= 2; partition++)
        {
            WalkAnswer found = room.Walks.Walk(Owner, new WalkRequest
            {
                Table = "table", IsQuery = true, KeyCondition = "p = :p", Placeholders = With($"{{':p':{{'S':'p{partition}'}}}}"),
            });
            Assert.Equal(
                model.Where(row => row.Key.Partition == partition).Select(static row => Printed(row.Key, row.Value)),
                found.Items!.Select(static item => Text(item.ToArray())));
        }

        foreach (string group in new[] { "g", "h" })
        {
            WalkAnswer indexed = room.Walks.Walk(Owner, new WalkRequest
            {
                Table = "table", Index = "by-value", IsQuery = true, KeyCondition = "g = :g", Placeholders = With($"{{':g':{{'S':'{group}'}}}}"),
            });
            Assert.Equal(
                model.Where(row => row.Value.Group == group && row.Value.Value is not null).Select(static row => Printed(row.Key, row.Value)).Order(StringComparer.Ordinal),
                indexed.Items!.Select(static item => Text(item.ToArray())!).Order(StringComparer.Ordinal));
        }

        Assert.Equal(model.Count, room.Tables.Describe(Owner, "table").Items);
    }

    private static string Printed((int Partition, int Sort) key, Row row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{{(row.Group is null ? "" : $"'g':{{'S':'{row.Group}'}},")}'p':{{'S':'p{key.Partition}'}},'s':{{'N':'{key.Sort}'}}{(row.Value is null ? "" : $",'vN':{{'N':'{row.Value}'}}")}}}");

    private sealed record Step(int Kind, int Partition, int Sort, int Value, bool Conditional);

    private sealed record Row(string? Group, int? Value);
}
