using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>How API Gateway names a function that it calls.</summary>
internal static class IntegrationUri
{
    public static TemplateMap Of(GeneratedResource function, string partition, bool streams)
    {
        TemplateMap arn = function.Arn;
        string path = streams ? "2021-11-15" : "2015-03-31";
        string invocation = streams ? "response-streaming-invocations" : "invocations";
        string text = $"arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/{path}/functions/{Intrinsic.Shorthand(arn)}/{invocation}";
        bool isUnicode = arn["Fn::GetAtt"] is TemplateList parts && parts[0] is TemplateText { IsUnicode: true };
        TemplateMap uri = SpecificationEditor.Map();
        uri["Fn::Sub"] = new TemplateText(text, isUnicode);
        return uri;
    }
}
