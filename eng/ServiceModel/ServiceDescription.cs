namespace Lamina.ServiceModel;

internal enum MemberLocation
{
    Body,
    Uri,
    Query,
    Header,
    StatusCode,
    Payload,
}

internal sealed record Member(string Name, string Shape, MemberLocation Location, string WireName, bool Required);

/// <param name="Enum">What AWS accepts.</param>
/// <param name="PrintedEnum">What AWS prints when it refuses; order and content can differ from what it accepts.</param>
/// <param name="NotNullUnsaid">In a list, AWS does not name "must not be null" among the constraints of the elements.</param>
/// <param name="FlatEnum">In a list, the enum is named directly, not as one of the list's member constraints.</param>
internal sealed record Shape(
    string Name,
    string Type,
    IReadOnlyList<Member> Members,
    string? Element,
    string? Key,
    string? Value,
    double? Max,
    double? Min,
    string? Pattern,
    IReadOnlyList<string>? Enum,
    IReadOnlyList<string>? PrintedEnum,
    bool FlatEnum,
    bool NotNullUnsaid,
    bool Sensitive);

internal sealed record Operation(string Name, string Method, string Template, int Status, string? Input, string? Output, bool Served);

/// <param name="MessageMember"><c>message</c>, <c>Message</c> or null when the model has neither.</param>
internal sealed record Error(string Code, int Status, bool HasType, string? MessageMember);

internal sealed class ServiceDescription(
    IReadOnlyList<Operation> operations, IReadOnlyDictionary<string, Shape> shapes, IReadOnlyList<Error> errors)
{
    public IReadOnlyList<Operation> Operations { get; } = operations;

    public IReadOnlyList<Error> Errors { get; } = errors;

    public IEnumerable<Operation> Served => Operations.Where(operation => operation.Served);

    public Shape this[string name] => shapes[name];

    /// <summary>Structures that the served operations' inputs (and outputs) reach, by name.</summary>
    public IReadOnlyList<Shape> Structures(bool inputsOnly)
    {
        SortedDictionary<string, Shape> found = new(StringComparer.Ordinal);
        foreach (Operation operation in Served)
        {
            Collect(operation.Input, found);
            Collect(inputsOnly ? null : operation.Output, found);
        }

        return [.. found.Values];
    }

    private void Collect(string? name, SortedDictionary<string, Shape> found)
    {
        if (name is null || found.ContainsKey(name))
        {
            return;
        }

        Shape shape = shapes[name];
        if (shape.Type == "structure")
        {
            found.Add(name, shape);
        }

        foreach (string next in shape.Members.Select(member => member.Shape))
        {
            Collect(next, found);
        }

        Collect(shape.Element, found);
        Collect(shape.Key, found);
        Collect(shape.Value, found);
    }
}
