namespace Lamina.Contract;

/// <summary>What a request says outside its body: *labels* of the path (decoded), the *query* and *headers*. Null when absent.</summary>
public interface IRequestMembers
{
    string? Label(string name);

    string? Query(string name);

    /// <summary>Every value of a key that may be there more than once, in their order.</summary>
    IReadOnlyList<string>? QueryList(string name);

    string? Header(string name);
}
