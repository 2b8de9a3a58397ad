using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Lambda;

/// <summary>AWS::Lambda::Permission: a statement, whose id is the resource's name.</summary>
internal sealed class PermissionType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::Lambda::Permission";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set(
            "Action", "FunctionName", "Principal", "SourceArn", "SourceAccount", "EventSourceToken", "FunctionUrlAuthType", "PrincipalOrgID", "InvokedViaFunctionUrl"),
        Required = ["Action", "FunctionName", "Principal"],
        IsImmutable = true,
        MaxNameLength = 100,
        Attributes = ResourceShape.Set("Id"),
    };

    public string? MarkBefore(ResourceCall call) => null;

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        TemplateMap body = call.Properties.CopyFlat();
        body["StatementId"] = call.Name;
        body.Remove("FunctionName");
        AddPermissionRequest request = LambdaRequests.AddPermission(
            RequestBodies.Of(body).Span, new RequestNames(("FunctionName", call.RequiredText("FunctionName"))));
        try
        {
            await rooms.Permissions.AddAsync(call.Caller, request, cancellationToken);
        }
        catch (AwsError error) when (call.IsRepeated && error.Status == 409)
        {
            // The first try had added it.
        }

        return new ResourceResult(call.Name, new TemplateMap { ["Id"] = call.Name });
    }

    public Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
        throw new System.Diagnostics.UnreachableException("Every change of a permission replaces it.");

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Faults.DeleteAsync(() => rooms.Permissions.RemoveAsync(
        call.Caller,
        LambdaRequests.RemovePermission(new RequestNames(("FunctionName", call.RequiredText("FunctionName")), ("StatementId", call.PhysicalId))),
        cancellationToken));
}
