using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>ARNs as they stand in generated resources.</summary>
internal static class Arns
{
    public const string AnyPartition = "${AWS::Partition}";

    public static string ManagedPolicy(string partition, string path) => $"arn:{partition}:iam::aws:policy/{path}";

    /// <summary>Of this account and region.</summary>
    public static string Own(string partition, string service, string resource) =>
        $"arn:{partition}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}";

    /// <summary>How API Gateway names a function that authorises.</summary>
    public static TemplateMap Authorizer(string partition, TemplateNode? functionArn)
    {
        TemplateMap variables = new();
        variables.Set("__FunctionArn__", functionArn);
        return Intrinsic.Sub($"arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{__FunctionArn__}}/invocations", variables);
    }
}
