using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;

namespace Lamina.Server.Operations;

/// <summary>Words code signing configs as AWS's answers do.</summary>
internal static class CodeSigningAnswers
{
    public static CodeSigningConfig Worded(CodeSigningDocument config) => new()
    {
        CodeSigningConfigId = config.Id,
        CodeSigningConfigArn = config.Arn,
        Description = config.Description,
        AllowedPublishers = new AllowedPublishers { SigningProfileVersionArns = config.SigningProfileVersionArns },
        CodeSigningPolicies = new CodeSigningPolicies { UntrustedArtifactOnDeployment = config.UntrustedArtifactOnDeployment },
        LastModified = config.LastModified,
    };
}
