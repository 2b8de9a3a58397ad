namespace Lamina.ServiceModel;

/// <summary>The source-generated JSON context of everything that travels in bodies.</summary>
internal static class JsonContextWriter
{
    public static string Write(ServiceDescription service)
    {
        Code code = Code.File("Lamina.Contract.Lambda", "System.Text.Json.Serialization");
        code.Line();
        code.Line("/// <summary>JSON of requests and answers; members that are null are left out.</summary>");
        code.Line("[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(BlobConverter)])]");
        IEnumerable<string> bodies = service.Served.SelectMany(operation => new[] { operation.Input, operation.Output })
            .OfType<string>().Distinct().Where(name => HasBody(service[name])).Order(StringComparer.Ordinal);
        foreach (string body in bodies)
        {
            code.Line($"[JsonSerializable(typeof({body}))]");
        }

        code.Line("public sealed partial class LambdaJson : JsonSerializerContext;");
        return code.ToString();
    }

    public static bool HasBody(Shape structure) => structure.Members.Any(member => member.Location == MemberLocation.Body);
}
