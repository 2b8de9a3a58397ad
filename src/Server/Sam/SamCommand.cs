using Lamina.Server.Verbs;

namespace Lamina.Server.Sam;

/// <summary>`lamina sam`: what needs no server that runs.</summary>
internal static class SamCommand
{
    public static Verb Create() => new(
        "sam", "Transform and check templates of the Serverless Application Model, without a server", "lamina sam transform template.yaml")
    {
        SamTransformCommand.Create(), SamValidateCommand.Create(),
    };
}
