using System.Xml.Linq;

namespace Lamina.Tidy.Tests;

/// <summary>A room may use only rooms above it. The compiler keeps rooms to their references; this keeps the references to the ladder.</summary>
public sealed class LadderTests
{
    private static readonly string[] All =
    [
        "Contract", "Store", "Access", "Sandbox", "Layers", "Images", "Functions", "Execution", "Companions", "Events",
        "Gateway", "Stacks",
    ];

    private static readonly Dictionary<string, string[]> Ladder = new(StringComparer.Ordinal)
    {
        ["Contract"] = [],
        ["Store"] = ["Contract"],
        ["Access"] = ["Contract", "Store"],
        ["Sandbox"] = [],
        ["Layers"] = ["Contract", "Store", "Access"],
        ["Images"] = ["Contract", "Store", "Layers"],
        ["Functions"] = ["Contract", "Store", "Access", "Layers", "Images"],
        ["Execution"] = ["Contract", "Store", "Access", "Layers", "Images", "Functions", "Sandbox"],
        ["Companions"] = ["Contract", "Store", "Access"],
        ["Events"] = ["Contract", "Store", "Access", "Layers", "Functions", "Execution", "Companions"],
        ["Gateway"] = ["Contract", "Store", "Access", "Layers", "Functions", "Execution"],
        ["Stacks"] = [.. All.Except(["Stacks"])],
        ["Server"] = All,
        ["Console"] = [],
        ["Cli"] = ["Contract"],
    };

    public static TheoryData<string> Rooms => [.. Directory.GetDirectories(Repository.PathOf("src")).Select(Path.GetFileName).OfType<string>()
        .Where(static name => name is not ("artifacts" or "bin" or "obj"))];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_rooms_above_it(string room)
    {
        Assert.True(Ladder.TryGetValue(room, out string[]? above), $"{room} is not a room of the house.");
        string project = Repository.PathOf($"src/{room}/{room}.csproj");
        if (File.Exists(project))
        {
            // What stands in /var/runtime is carried along, not used.
            string[] used = [.. XDocument.Load(project).Descendants("ProjectReference")
                .Where(static reference => !reference.Attribute("Include")!.Value.StartsWith("../../runtimes/", StringComparison.Ordinal)).Select(static reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))];
            Repository.AssertNone(used.Except(above!));
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Repository.PathOf("Lamina.slnx"));
        IEnumerable<string> projects = Repository.Files.Where(static file =>
            file.EndsWith(".csproj", StringComparison.Ordinal) && !file.StartsWith("examples/", StringComparison.Ordinal));
        Repository.AssertNone(projects.Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal)));
    }
}
