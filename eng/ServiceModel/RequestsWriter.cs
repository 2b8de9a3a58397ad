namespace Lamina.ServiceModel;

/// <summary>One method per served operation: body → record, members of path, query and headers bound, constraints checked.</summary>
internal static class RequestsWriter
{
    public static string Write(ServiceDescription service)
    {
        Code code = Code.File("Lamina.Contract.Lambda");
        code.Line();
        code.Line("/// <summary>Requests from the wire: read, bound and checked; they throw what AWS would answer.</summary>");
        code.Line("public static class LambdaRequests");
        code.Line("{");
        bool first = true;
        foreach (Operation operation in service.Served)
        {
            if (!first)
            {
                code.Line();
            }

            first = false;
            WriteOperation(code, service, operation);
        }

        code.Line("}");
        return code.ToString();
    }

    private static void WriteOperation(Code code, ServiceDescription service, Operation operation)
    {
        Shape input = service[operation.Input!];
        bool hasBody = JsonContextWriter.HasBody(input);
        code.Line($"public static {input.Name} {operation.Name}({(hasBody ? "ReadOnlySpan<byte> body, " : "")}IRequestMembers members)");
        code.Line("{");
        string start = hasBody ? $"RequestBody.Read(body, LambdaJson.Default.{input.Name}) with" : $"new {input.Name}";
        Member[] bound = [.. input.Members.Where(IsBound)];
        code.Line(bound.Length == 0 && hasBody ? $"{input.Name} request = RequestBody.Read(body, LambdaJson.Default.{input.Name});"
            : $"{input.Name} request = {start}");
        if (bound.Length > 0 || !hasBody)
        {
            code.Line("{");
            foreach (Member member in bound)
            {
                code.Line($"{member.Name} = {Source(service, member)},");
            }

            code.Line("};");
        }

        code.Line("ConstraintViolations found = new();");
        code.Line("LambdaConstraints.Check(request, \"\", found);");
        code.Line("found.ThrowIfAny();");
        code.Line("return request;");
        code.Line("}");
    }

    private static bool IsBound(Member member) => member.Location is MemberLocation.Uri or MemberLocation.Query or MemberLocation.Header;

    private static string Source(ServiceDescription service, Member member)
    {
        if (service[member.Shape].Type == "list" && member.Location == MemberLocation.Query)
        {
            return $"members.QueryList(\"{member.WireName}\")";
        }

        string text = $"members.{member.Location switch { MemberLocation.Uri => "Label", MemberLocation.Query => "Query", _ => "Header" }}"
            + $"(\"{member.WireName}\")";
        return service[member.Shape].Type switch
        {
            "string" => text,
            "integer" => $"RequestMember.Integer({text}, \"{Code.Path(member.Name)}\")",
            "long" => $"RequestMember.Long({text}, \"{Code.Path(member.Name)}\")",
            "boolean" => $"RequestMember.Boolean({text}, \"{Code.Path(member.Name)}\")",
            var type => throw new InvalidDataException($"{member.Name}: a {type} outside the body is not known yet."),
        };
    }
}
