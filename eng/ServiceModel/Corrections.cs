using System.Text.Json;

namespace Lamina.ServiceModel;

/// <summary>
/// Where AWS's answers, as recorded, differ from AWS's model: patterns, lists of values, members that are checked elsewhere.
/// By shape: <c>pattern</c>, <c>printed</c> (a list of values), <c>flat</c>, <c>notNullUnsaid</c>, or a new shape <c>like</c> another;
/// by STRUCTURE.MEMBER the shape that takes the place of the model's.
/// </summary>
internal sealed class Corrections
{
    private readonly Dictionary<string, JsonElement> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _members = new(StringComparer.Ordinal);

    public static Corrections None { get; } = new();

    public static Corrections Read(string path)
    {
        Corrections corrections = new();
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (JsonProperty shape in document.RootElement.GetProperty("shapes").EnumerateObject())
        {
            corrections._shapes.Add(shape.Name, shape.Value.Clone());
        }

        foreach (JsonProperty member in document.RootElement.GetProperty("members").EnumerateObject())
        {
            corrections._members.Add(member.Name, member.Value.GetString()!);
        }

        return corrections;
    }

    /// <summary>Shapes that the model does not have: copies of one of its shapes under another name, then corrected.</summary>
    public void AddShapes(Dictionary<string, Shape> shapes)
    {
        foreach ((string name, JsonElement change) in _shapes)
        {
            if (change.TryGetProperty("like", out JsonElement like))
            {
                shapes.Add(name, Apply(shapes[like.GetString()!] with { Name = name }));
            }
        }
    }

    public Shape Apply(Shape shape)
    {
        Shape corrected = shape with { Members = [.. shape.Members.Select(member => Apply(shape.Name, member))] };
        if (!_shapes.TryGetValue(shape.Name, out JsonElement change))
        {
            return corrected;
        }

        foreach (JsonProperty property in change.EnumerateObject())
        {
            corrected = property.Name switch
            {
                "why" or "like" => corrected,
                "pattern" => corrected with { Pattern = property.Value.GetString() },
                "printed" => corrected with { PrintedEnum = [.. property.Value.GetString()!.Split(", ")] },
                "notNullUnsaid" => corrected with { NotNullUnsaid = property.Value.GetBoolean() },
                "flat" => corrected with { FlatEnum = property.Value.GetBoolean() },
                _ => throw new InvalidDataException($"The correction '{property.Name}' of {shape.Name} is not known."),
            };
        }

        return corrected;
    }

    private Member Apply(string structure, Member member) =>
        _members.TryGetValue($"{structure}.{member.Name}", out string? shape) ? member with { Shape = shape } : member;
}
