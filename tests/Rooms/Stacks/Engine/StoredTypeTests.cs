using Lamina.Contract;
using Lamina.Stacks.Engine;
using Lamina.Stacks.Resources;
using Lamina.Stacks.Resources.Stored;

namespace Lamina.Rooms.Tests.Stacks.Engine;

/// <summary>What an update does to a resource of each type that is only kept: as of one that is served.</summary>
public sealed class StoredTypeTests
{
    private const string Always = "  Always: {Type: Test::Named}";

    public static TheoryData<string> Types => [.. StoredType.All(null!).Select(static type => type.Name)];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task An_update_does_what_is_asked_or_nothing(string name)
    {
        await using StackWorld world = new();
        ResourceShape shape = StoredType.All(null!).Single(type => type.Name == name).Shape;
        Dictionary<string, string> properties = shape.Required.ToDictionary(static property => property, static _ => "one", StringComparer.Ordinal);
        StackDocument stack = await world.CreateAsync(Template(name, properties));
        Assert.Equal(StackStatus.CreateComplete, stack.Status);
        Assert.Single(Stored());

        // KeyType has one value, and a key is in a plan only once.
        string[] known = [.. shape.Known!.Where(static one => one != "KeyType").Order(StringComparer.Ordinal)];
        foreach (string property in (string[])[.. known.Where(one => !shape.Replaces(one)).Take(1), .. known.Where(shape.Replaces)])
        {
            string id = IdOfThing();
            string before = Described();
            Dictionary<string, string> changed = new(properties, StringComparer.Ordinal) { [property] = "two" };
            if (shape.NameProperty is { } named && properties.ContainsKey(named) && shape.Replaces(property) && named != property)
            {
                // What has a name of its own is replaced only under another.
                changed[named] = $"for-{property}";
            }

            // A failure in the middle.
            world.Refuses = static (call, logicalId) => call == "create" && logicalId == "Breaks" ? StackWorld.Refusal : null;
            stack = await world.UpdateAsync($"{Template(name, changed)}\n  Breaks: {{Type: Test::Named, DependsOn: Thing}}");
            Assert.Equal(StackStatus.UpdateRollbackComplete, stack.Status);
            Assert.Equal(before, Described());

            // The change itself.
            world.Refuses = static (_, _) => null;
            stack = await world.UpdateAsync(Template(name, changed));
            Assert.Equal(StackStatus.UpdateComplete, stack.Status);
            StoredResource kept = Assert.Single(Stored());
            Assert.Contains($"\"{property}\":\"{changed[property]}\"", kept.Properties, StringComparison.Ordinal);
            Assert.True(shape.Replaces(property) || IdOfThing() == id, property);
            properties = changed;
        }

        // Without it.
        stack = await world.UpdateAsync($"Resources:\n{Always}");
        Assert.Equal(StackStatus.UpdateComplete, stack.Status);
        Assert.Empty(Stored());

        IEnumerable<StoredResource> Stored() => StoredResources.Of(world.Catalog, AccountId.Default, StackWorld.Caller.Region, name);
        string IdOfThing() => world.Directory.Resources(stack).Single(static one => one.LogicalId == "Thing").PhysicalId!;
        string Described() => string.Join('\n', [world.Describe(stack), .. Stored().Select(static one => one.ToString())]);
    }

    private static string Template(string type, Dictionary<string, string> properties) => $"""
        Resources:
        {Always}
          Thing:
            Type: {type}
            Properties:{(properties.Count == 0 ? " {}" : "")}
        {string.Join('\n', properties.Select(static one => $"      {one.Key}: '{one.Value}'"))}
        """;
}
