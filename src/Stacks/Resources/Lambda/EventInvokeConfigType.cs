using Lamina.Contract.Lambda;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Lambda;

internal sealed class EventInvokeConfigType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::Lambda::EventInvokeConfig";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("FunctionName", "Qualifier", "DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"),
        Required = ["FunctionName", "Qualifier"],
        Replacing = ResourceShape.Set("FunctionName", "Qualifier"),
        Attributes = [],
    };

    public string? MarkBefore(ResourceCall call) => null;

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        await PutAsync(call, cancellationToken);
        return new ResourceResult($"{call.RequiredText("FunctionName")}|{call.RequiredText("Qualifier")}", []);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        await PutAsync(call, cancellationToken);
        return new ResourceResult(call.PhysicalId!, []);
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Faults.DeleteAsync(() => rooms.EventInvokeConfigs.DeleteAsync(
        call.Caller, call.RequiredText("FunctionName"), call.RequiredText("Qualifier"), cancellationToken));

    private Task PutAsync(ResourceCall call, CancellationToken cancellationToken) => rooms.EventInvokeConfigs.PutAsync(
        call.Caller,
        LambdaRequests.PutFunctionEventInvokeConfig(
            RequestBodies.Of(RequestBodies.Pick(call.Properties, "DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")).Span,
            new RequestNames(("FunctionName", call.RequiredText("FunctionName")), ("Qualifier", call.RequiredText("Qualifier")))),
        cancellationToken);
}
