using System.Text;
using Lamina.Stacks.Sam;
using Lamina.Stacks.Templates;

namespace Lamina.Rooms.Tests.Stacks;

/// <summary>Templates with a value taken away, changed or put elsewhere at random, from a seed.</summary>
public sealed class SamFuzzTests(ITestOutputHelper output)
{
    private static readonly int Rounds = Soak.Number("LAMINA_SAM_ROUNDS", 400);
    private static readonly int Seed = Soak.Number("LAMINA_STORM_SEED", 7);

    private static readonly Func<TemplateNode>[] Values =
    [
        static () => TemplateNull.Instance, static () => "", static () => 0, static () => 1, static () => true, static () => false,
        static () => new TemplateList(), static () => new TemplateMap(), static () => "text", static () => new TemplateList([1]),
        static () => new TemplateList(["x", new TemplateMap { ["Ref"] = "Nobody" }]),
        static () => new TemplateMap { ["Ref"] = "AWS::Region" },
        static () => new TemplateMap { ["Fn::Sub"] = "${AWS::Region}-${Nobody.Arn}" },
        static () => new TemplateMap { ["Fn::If"] = new TemplateList(["C", "a", new TemplateMap { ["Ref"] = "AWS::NoValue" }]) },
        static () => new TemplateMap { ["Fn::If"] = new TemplateList(["C"]) },
        static () => new TemplateMap { ["Fn::If"] = "C" },
        static () => new TemplateMap { ["Fn::GetAtt"] = new TemplateList(["A", "Arn"]) },
        static () => new TemplateMap { ["Fn::FindInMap"] = new TemplateList(["M", "a"]) },
        static () => new TemplateMap { ["a"] = new TemplateMap { ["b"] = TemplateNull.Instance } },
    ];

    [Fact]
    public void A_broken_template_is_transformed_or_refused_with_a_reason_and_nothing_else()
    {
        Random random = new(Seed);
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string name = TemplateFiles.Names[random.Next(TemplateFiles.Names.Length)];
            byte[] template = Encoding.UTF8.GetBytes(Broken(name, random));
            try
            {
                SamOutcome outcome = TemplateFiles.Transform(template);
                Assert.Equal(outcome.ErrorMessage is null, outcome.Faults.Count == 0);
                Assert.All(outcome.Faults, static fault => Assert.True(fault.Line >= 1 && fault.Message.Length > 0));
                Assert.NotEmpty(TemplateFiles.JsonOf(outcome));
                refused += outcome.Faults.Count > 0 ? 1 : 0;
            }
            catch
            {
                output.WriteLine($"round {round} of seed {Seed}, from {name}:\n{Encoding.UTF8.GetString(template)}");
                throw;
            }
        }

        Assert.True(refused > 0 && refused < Rounds, $"{refused} of {Rounds} were refused.");
    }

    [Fact]
    public void Bytes_at_random_within_a_template_are_read_or_refused_with_a_place()
    {
        Random random = new(Seed);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] template = TemplateFiles.Read(TemplateFiles.Names[random.Next(TemplateFiles.Names.Length)]);
            for (int change = 0; change < 3; change++)
            {
                template[random.Next(template.Length)] = (byte)random.Next(256);
            }

            SamOutcome outcome = TemplateFiles.Transform(template);

            Assert.All(outcome.Faults, static fault => Assert.True(fault.Line >= 1));
        }
    }

    private static string Broken(string name, Random random)
    {
        TemplateNode root = TemplateReader.Read(TemplateFiles.Read(name));
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            List<(TemplateNode Parent, string Key)> places = [.. PlacesIn(root)];
            if (places.Count == 0)
            {
                break;
            }

            (TemplateNode parent, string key) = places[random.Next(places.Count)];
            (TemplateNode otherParent, string otherKey) = places[random.Next(places.Count)];
            Change(parent, key, random.Next(3) switch
            {
                0 => null,
                1 => ValueOf(otherParent, otherKey).Copy(),
                _ => Values[random.Next(Values.Length)](),
            });
        }

        return PythonJson.Plain.Write(root);
    }

    private static IEnumerable<(TemplateNode Parent, string Key)> PlacesIn(TemplateNode node) => node switch
    {
        TemplateMap map => map.Names.SelectMany(name => PlacesIn(ValueOf(map, name)).Prepend((map, name))),
        TemplateList list => Enumerable.Range(0, list.Count).SelectMany(index => PlacesIn(list[index]).Prepend((list, $"{index}"))),
        _ => [],
    };

    private static TemplateNode ValueOf(TemplateNode parent, string key) => parent is TemplateMap map ? map[key] ?? TemplateNull.Instance
        : ((TemplateList)parent) is { } list && int.Parse(key, System.Globalization.CultureInfo.InvariantCulture) is int index && index < list.Count
            ? list[index] : TemplateNull.Instance;

    private static void Change(TemplateNode parent, string key, TemplateNode? value)
    {
        if (parent is TemplateMap map)
        {
            map.Remove(key);
            if (value is not null)
            {
                map.Set(key, value);
            }
        }
        else if (parent is TemplateList list && int.Parse(key, System.Globalization.CultureInfo.InvariantCulture) is int index && index < list.Count)
        {
            list.RemoveAt(index);
            if (value is not null)
            {
                list.Insert(index, value);
            }
        }
    }
}
