namespace Lamina.ServiceModel;

/// <summary>Which status and which body each error of the model has.</summary>
internal static class ErrorsWriter
{
    public static string Write(ServiceDescription service)
    {
        Code code = Code.File("Lamina.Contract.Lambda");
        code.Line();
        code.Line("/// <summary>The errors of the model: status and shape of the body.</summary>");
        code.Line("public static class LambdaErrors");
        code.Line("{");
        code.Line("/// <summary>Null for a code that the model does not have.</summary>");
        code.Line("public static (int Status, AwsErrorBody Body)? Find(string code) => code switch");
        code.Line("{");
        foreach (Error error in service.Errors)
        {
            code.Line($"\"{error.Code}\" => ({error.Status}, AwsErrorBody.{Body(error)}),");
        }

        code.Line("_ => null,");
        code.Line("};");
        code.Line("}");
        return code.ToString();
    }

    private static string Body(Error error) => (error.HasType, error.MessageMember) switch
    {
        (true, "Message") => "TypeAndUpperMessage",
        (true, _) => "TypeAndLowerMessage",
        (false, "Message") => "UpperMessageOnly",
        (false, _) => "LowerMessageOnly",
    };
}
