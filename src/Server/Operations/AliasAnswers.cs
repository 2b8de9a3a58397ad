using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

/// <summary>Words aliases as AWS's answers do.</summary>
internal static class AliasAnswers
{
    public static Answer Of(int status, FunctionAlias alias) => Answer.Json(status, Of(alias), LambdaJson.Default.AliasConfiguration);

    public static AliasConfiguration Of(FunctionAlias alias) => new()
    {
        AliasArn = alias.Arn,
        Name = alias.Name,
        FunctionVersion = alias.FunctionVersion,
        Description = alias.Description,
        RoutingConfig = alias.Additional is not { } additional ? null : new AliasRoutingConfiguration
        {
            AdditionalVersionWeights = new Dictionary<string, double>(StringComparer.Ordinal) { [additional.Version] = additional.Weight },
        },
        RevisionId = alias.RevisionId,
    };
}
