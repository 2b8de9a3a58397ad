using Lamina.Contract;
using Lamina.Contract.Query;
using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;
using Lamina.Stacks.Evaluation;

namespace Lamina.Server.Operations.CloudFormation;

/// <summary>Reads what CloudFormation's requests have in common.</summary>
internal static class StackRequests
{
    private static readonly string[] Unserved = ["RollbackConfiguration.RollbackTriggers"];

    public static StackRequest Read(StackRoom room, QueryCall call)
    {
        QueryRequest request = call.Request;
        if (Unserved.FirstOrDefault(request.Has) is { } unserved)
        {
            throw ValidationError($"Lamina does not serve the parameter {unserved} yet.");
        }

        return new StackRequest
        {
            StackName = request.RequiredText("StackName"),
            TemplateBody = Template(room, call),
            UsesPreviousTemplate = request.Flag("UsePreviousTemplate"),
            Parameters =
            [
                .. request.Structures("Parameters").Select(static parameter => new GivenParameter(
                    parameter.RequiredText("ParameterKey"), parameter.Text("ParameterValue"), parameter.Flag("UsePreviousValue"))),
            ],
            Tags = request.Has("Tags")
                ? [.. request.Structures("Tags").Select(static tag => new StackTag(tag.RequiredText("Key"), tag.RequiredText("Value")))] : null,
            Capabilities = request.Texts("Capabilities"),
            NotificationArns = request.Has("NotificationARNs") ? request.Texts("NotificationARNs") : null,
            RoleArn = request.Text("RoleARN"),
            ClientToken = request.Text("ClientRequestToken") ?? request.Text("ClientToken"),

            // Both modes are the same here: no resource is waited for any longer than it takes to make it.
            DisablesRollback = request.Flag("DisableRollback") || request.Flag("DeploymentConfig.DisableRollback"),
            OnFailure = request.Text("OnFailure") ?? request.Text("OnStackFailure"),
            TimeoutMinutes = request.Number("TimeoutInMinutes"),
            Policy = BodyOrUrl(room, call, "StackPolicyBody", "StackPolicyURL"),
            PolicyDuringUpdate = BodyOrUrl(room, call, "StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL"),
            TerminationProtection = request.Flag("EnableTerminationProtection"),
            ResourceTypes = request.Texts("ResourceTypes"),
        };
    }

    /// <summary>The template's text; null where the request names none.</summary>
    public static string? Template(StackRoom room, QueryCall call)
    {
        string? body = call.Request.Text("TemplateBody");
        string? url = call.Request.Text("TemplateURL");
        return body is not null && url is not null ? throw ValidationError("Both TemplateURL and TemplateBody cannot be specified.")
            : body?.Length > Limits.TemplateBodyBytes
                ? throw ValidationError(
                    $"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to {Limits.TemplateBodyBytes}")
            : url is not null ? room.ReadTemplate(call.Caller, url) : body;
    }

    /// <summary>A text that stands in the request or in an object of S3; null where the request names none.</summary>
    public static string? BodyOrUrl(StackRoom room, QueryCall call, string body, string url) => (call.Request.Text(body), call.Request.Text(url)) switch
    {
        (not null, not null) => throw ValidationError($"You cannot specify both {body} and {url}."),
        (null, { } address) => room.ReadTemplate(call.Caller, address),
        var (text, _) => text,
    };

    /// <summary>
    /// Holds the answer back while the operation that was begun ends soon: clients ask for its end at once, and then only every 30 seconds
    /// (botocore's waiters, `aws cloudformation deploy`).
    /// </summary>
    public static Task SettleAsync(StackRoom room, string stackId, CancellationToken cancellationToken) =>
        room.Engine.WaitAsync(stackId, Limits.StackAnswerDelay, cancellationToken);

    public static AwsError ValidationError(string message) => new("ValidationError", 400, message, AwsErrorBody.LowerMessageOnly);
}
