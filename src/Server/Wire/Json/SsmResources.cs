using Lamina.Access.Policies;
using Lamina.Contract;

namespace Lamina.Server.Wire.Json;

/// <summary>What an operation of Parameter Store is about, as policies name it.</summary>
internal static class SsmResources
{
    private static readonly string[] Members = ["Name", "Path", "ResourceId"];

    public static Action<JsonCall, string> Authorization(IdentityAuthorizer authorizer, TimeProvider time)
    {
        ServiceAuthorization authorization = new(
            "ssm", authorizer, time, static message => new AwsError("AccessDeniedException", 400, message, AwsErrorBody.LowerMessageOnly));
        return (call, operation) =>
        {
            foreach (string resource in Of(call))
            {
                authorization.Check(call.Caller, operation, resource);
            }
        };
    }

    private static IEnumerable<string> Of(JsonCall call)
    {
        if (call.Request.Texts("Names") is { } names)
        {
            return names.Select(name => ArnOf(call.Caller, name));
        }

        string? name = Members.Select(call.Request.Text).FirstOrDefault(static text => text is not null);
        return [name is null ? $"arn:aws:ssm:{call.Caller.Region}:{call.Caller.Account}:*" : ArnOf(call.Caller, name)];
    }

    /// <summary>Policies name the parameter, whichever of its versions is asked for.</summary>
    private static string ArnOf(Caller caller, string name)
    {
        bool isArn = name.StartsWith("arn:", StringComparison.Ordinal);
        string text = isArn ? name : $"arn:aws:ssm:{caller.Region}:{caller.Account}:parameter{(name.StartsWith('/') ? "" : "/")}{name}";
        return string.Join(':', text.Split(':').Take(6));
    }
}
