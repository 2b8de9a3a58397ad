using System.Collections.Immutable;
using Lamina.Access.Policies;
using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Server.Wire;

/// <summary>
/// Whether the caller's policies allow an operation of Lambda. (1) The action and the resource that the operation is about;
/// (2) what conditions may look at; (3) the verdict; (4) for a function's role, whether the caller may pass it on.
/// A function's own policy may make up for what the caller's do not say, if it names the caller. What resources' own policies say about
/// callers of other accounts stays with the rooms.
/// </summary>
internal sealed class LambdaAuthorization(IdentityAuthorizer authorizer, FunctionPermissions permissions, LambdaConditions conditions)
{
    /// <summary>The resource of actions that have none.</summary>
    public const string Anything = "*";

    /// <summary>Throws AWS's AccessDeniedException.</summary>
    public void Check(OperationCall call, string operation)
    {
        bool isInvocation = operation.StartsWith("Invoke", StringComparison.Ordinal);
        LambdaRequestFacts facts = isInvocation ? LambdaRequestFacts.None : LambdaRequestFacts.Read(call.Body.Span);
        string resource = ResourceOf(call, operation, facts, isInvocation);
        Dictionary<string, ImmutableArray<string>> values = conditions.ValuesOf(call, operation, facts, resource);
        Require(new PolicyContext(call.Caller, $"lambda:{ActionOf(operation)}", resource, values), NamedFunction(call));
        if (facts.Role is { } role)
        {
            values["iam:PassedToService"] = ["lambda.amazonaws.com"];
            Require(new PolicyContext(call.Caller, "iam:PassRole", role, values), null);
        }
    }

    /// <param name="function">Whose policy may allow it too.</param>
    private void Require(PolicyContext context, FunctionReference? function)
    {
        (IdentityVerdict verdict, string reason) = authorizer.Decide(context);
        bool allowed = verdict == IdentityVerdict.Allowed
            || (verdict == IdentityVerdict.NotAllowed && function is not null && permissions.AllowsByName(context.Caller, function, context.Action));
        if (!allowed)
        {
            throw AwsError.AccessDenied(IdentityAuthorizer.Refusal(context, reason));
        }
    }

    /// <summary>Most actions have the operation's name.</summary>
    private static string ActionOf(string operation) => operation switch
    {
        "Invoke" or "InvokeWithResponseStream" => "InvokeFunction",
        "GetLayerVersionByArn" => "GetLayerVersion",
        _ => operation,
    };

    /// <summary>A mapping that is still to be made has no ARN: its function is a condition.</summary>
    private static string ResourceOf(OperationCall call, string operation, LambdaRequestFacts facts, bool isInvocation)
    {
        if ((call.Label("FunctionName") ?? (operation == "CreateFunction" ? facts.FunctionName : null)) is { } function)
        {
            return FunctionReference.TryParse(function, call.Caller, out FunctionReference? reference)
                ? Qualified(reference, call.Query("Qualifier"), isInvocation)
                : Anything;
        }

        return call.Label("LayerName") is { } layer ? LayerOf(call, layer) : NamedBy(call);
    }

    /// <summary>With its qualifier, whatever the operation: a policy covers exactly the ARN it belongs to.</summary>
    private static FunctionReference? NamedFunction(OperationCall call) =>
        call.Label("FunctionName") is { } name && FunctionReference.TryParse(name, call.Caller, out FunctionReference? named)
            ? named with { Qualifier = named.Qualifier ?? call.Query("Qualifier") }
            : null;

    private static string LayerOf(OperationCall call, string name) =>
        !LayerArn.TryParse(name, call.Caller, out LayerArn? layer) ? Anything
        : call.Label("VersionNumber") is { } version ? $"{layer}:{version}" : layer.ToString();

    private static string NamedBy(OperationCall call)
    {
        string? named = call.Label("Resource") ?? call.Label("ARN") ?? call.Label("CodeSigningConfigArn") ?? call.Query("Arn");
        return named?.StartsWith("arn:", StringComparison.Ordinal) == true ? named
            : call.Label("UUID") is { } mapping ? $"arn:aws:lambda:{call.Caller.Region}:{call.Caller.Account}:event-source-mapping:{mapping}"
            : Anything;
    }

    /// <summary>A qualifier is part of what is invoked; other operations are about the function.</summary>
    private static string Qualified(FunctionReference reference, string? qualifier, bool isInvocation) =>
        isInvocation && (reference.Qualifier ?? qualifier) is { } named ? reference.Function.Qualified(named) : reference.Function.ToString();
}
