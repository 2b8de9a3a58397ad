namespace Lamina.ServiceModel;

/// <summary>
/// The constraints of the input shapes and one Check per input structure. Members are checked last to first: the order in which
/// AWS lists several violations in the recorded answers.
/// </summary>
internal static class ConstraintsWriter
{
    public static string Write(ServiceDescription service)
    {
        Code code = Code.File("Lamina.Contract.Lambda", "System.Text.RegularExpressions");
        IReadOnlyList<Shape> structures = service.Structures(inputsOnly: true);
        Shape[] constrained = [.. structures.SelectMany(structure => structure.Members)
            .SelectMany(member => WithParts(service, member.Shape)).DistinctBy(shape => shape.Name)
            .Where(shape => IsConstrained(service, shape)).OrderBy(shape => shape.Name, StringComparer.Ordinal)];
        code.Line();
        code.Line("internal static partial class LambdaConstraints");
        code.Line("{");
        foreach (Shape shape in Ordered(constrained))
        {
            code.Line(Declaration(service, shape));
        }

        foreach (Shape structure in structures)
        {
            code.Line();
            WriteCheck(code, service, structure);
        }

        foreach (Shape shape in constrained.Where(shape => shape.Pattern is not null))
        {
            code.Line();
            code.Line($"[GeneratedRegex({Code.Literal(Matcher(shape.Pattern!))}, RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]");
            code.Line($"private static partial Regex {shape.Name}Pattern();");
        }

        code.Line("}");
        return code.ToString();
    }

    // Static fields are set in the order in which they stand: what others are made of comes first.
    private static IEnumerable<Shape> Ordered(Shape[] shapes) => shapes.OrderBy(shape => shape.Type switch
    {
        "list" => 1,
        "map" => 2,
        _ => 0,
    });

    private static IEnumerable<Shape> WithParts(ServiceDescription service, string name)
    {
        Shape shape = service[name];
        yield return shape;
        foreach (Shape part in new[] { shape.Element, shape.Key, shape.Value }.OfType<string>().SelectMany(part => WithParts(service, part)))
        {
            yield return part;
        }
    }

    private static bool IsConstrained(ServiceDescription service, Shape shape) => shape.Type switch
    {
        "structure" => false,
        "blob" => false,
        "list" => shape.Max is not null || shape.Min is not null || IsConstrained(service, service[shape.Element!]),
        "map" => shape.Max is not null || shape.Min is not null
            || IsConstrained(service, service[shape.Key!]) || IsConstrained(service, service[shape.Value!]),
        _ => shape.Max is not null || shape.Min is not null || shape.Pattern is not null || shape.Enum is not null,
    };

    private static string Declaration(ServiceDescription service, Shape shape) => shape.Type switch
    {
        "string" => $"private static readonly TextConstraint s_{shape.Name} = new() {{ {Text(shape)} }};",
        "list" => $"private static readonly ListConstraint s_{shape.Name} = new() {{ {Range(shape)}"
            + $"Element = {Reference(service, shape.Element!)}, Flat = {(shape.FlatEnum ? "true" : "false")}"
            + (shape.NotNullUnsaid ? ", NotNullUnsaid = true };" : " };"),
        "map" => $"private static readonly MapConstraint s_{shape.Name} = new() {{ {Range(shape)}"
            + $"Key = {Reference(service, shape.Key!)}, Value = {Reference(service, shape.Value!)}, {Number(service, shape.Value!)}"
            + (service[shape.Value!].Type == "list" ? $"ListValue = s_{shape.Value}, " : "")
            + $"Sensitive = {(shape.Sensitive ? "true" : "false")} }};",
        "integer" or "long" or "double" => $"private static readonly NumberConstraint s_{shape.Name} = new() {{ {Range(shape)}"
            + $"Fraction = {(shape.Type == "double" ? "true" : "false")} }};",
        _ => throw new InvalidDataException($"Constraints on a {shape.Type} ({shape.Name}) are not known yet."),
    };

    private static string Reference(ServiceDescription service, string name) =>
        IsConstrained(service, service[name]) && service[name].Type == "string" ? $"s_{name}" : "null";

    private static string Number(ServiceDescription service, string name) =>
        IsConstrained(service, service[name]) && service[name].Type is "integer" or "long" or "double" ? $"Number = s_{name}, " : "";

    private static string Range(Shape shape) =>
        (shape.Max is null ? "" : $"Max = {Code.Literal(shape.Max)}, ") + (shape.Min is null or 0 && shape.Type is not ("integer" or "long" or "double")
            ? "" : $"Min = {Code.Literal(shape.Min)}, ");

    private static string Text(Shape shape)
    {
        string text = Range(shape);
        if (shape.Pattern is not null)
        {
            text += $"Pattern = {Code.Literal(shape.Pattern)}, Matcher = {shape.Name}Pattern(), ";
        }

        if (shape.Enum is not null)
        {
            IEnumerable<string> accepted = shape.Enum.Union(shape.PrintedEnum!);
            text += $"Printed = {Code.Literal("[" + string.Join(", ", shape.PrintedEnum!) + "]")}, "
                + $"Accepted = [{string.Join(", ", accepted.Select(value => Code.Literal(value)))}], ";
        }

        return text + $"Sensitive = {(shape.Sensitive ? "true" : "false")}";
    }

    // AWS matches whole values with Java's classes, which are ASCII.
    private static string Matcher(string pattern) =>
        "\\A(?:" + pattern.Replace("\\d", "[0-9]", StringComparison.Ordinal).Replace("[^\\s]", "[^ \\t\\n\\x0B\\f\\r]", StringComparison.Ordinal) + ")\\z";

    private static void WriteCheck(Code code, ServiceDescription service, Shape structure)
    {
        code.Line($"public static void Check({structure.Name} value, string path, ConstraintViolations found)");
        code.Line("{");
        foreach (Member member in structure.Members.Where(member => member.Location is not MemberLocation.Payload).Reverse())
        {
            string path = $"path + \"{Code.Path(member.Name)}\"";
            if (member.Required)
            {
                code.Line($"found.Required(value.{member.Name}, {path});");
            }

            WriteMemberCheck(code, service, member, path);
        }

        code.Line("}");
    }

    private static void WriteMemberCheck(Code code, ServiceDescription service, Member member, string path)
    {
        Shape shape = service[member.Shape];
        if (IsConstrained(service, shape))
        {
            code.Line($"found.Check(s_{shape.Name}, value.{member.Name}, {path});");
        }

        if (shape.Type == "structure")
        {
            code.Line($"found.Each(value.{member.Name}, {path}, Check);");
        }
        else if (shape.Type == "list" && service[shape.Element!].Type == "structure")
        {
            code.Line($"found.EachMember(value.{member.Name}, {path}, Check);");
        }
    }
}
