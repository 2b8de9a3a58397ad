using Lamina.Contract;

namespace Lamina.Rooms.Tests.Contracts;

/// <summary>Labels, query and headers from one table: the generated readers ask for each name in one place only.</summary>
internal sealed class Members(params (string Name, string Value)[] members) : IRequestMembers
{
    public string? Label(string name) => Find(name);

    public string? Query(string name) => Find(name);

    public IReadOnlyList<string>? QueryList(string name)
    {
        string[] values = [.. members.Where(member => member.Name == name).Select(static member => member.Value)];
        return values.Length == 0 ? null : values;
    }

    public string? Header(string name) => Find(name);

    private string? Find(string name) => members.FirstOrDefault(member => member.Name == name).Value;
}
