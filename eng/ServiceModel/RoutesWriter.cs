namespace Lamina.ServiceModel;

/// <summary>Every operation of the model with its method, path and success status, served or not.</summary>
internal static class RoutesWriter
{
    public static string Write(ServiceDescription service)
    {
        Code code = Code.File("Lamina.Contract.Lambda", "System.Collections.Immutable");
        code.Line();
        code.Line("/// <summary>Every operation of the service. One that is not served has a route all the same, so that it can be named.</summary>");
        code.Line("public static class LambdaRoutes");
        code.Line("{");
        code.Line("public static ImmutableArray<OperationRoute> All { get; } =");
        code.Line("[");
        foreach (Operation operation in service.Operations)
        {
            string served = operation.Served ? "true" : "false";
            code.Line($"    new(\"{operation.Name}\", \"{operation.Method}\", \"{operation.Template}\", {operation.Status}, Served: {served}),");
        }

        code.Line("];");
        code.Line("}");
        return code.ToString();
    }
}
