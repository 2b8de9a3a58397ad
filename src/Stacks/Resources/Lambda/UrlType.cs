using Lamina.Contract.Lambda;
using Lamina.Functions.Urls;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Lambda;

/// <summary>AWS::Lambda::Url. Its physical id is the ARN of the function or alias that it calls.</summary>
internal sealed class UrlType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::Lambda::Url";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("TargetFunctionArn", "Qualifier", "AuthType", "Cors", "InvokeMode"),
        Required = ["TargetFunctionArn", "AuthType"],
        Replacing = ResourceShape.Set("TargetFunctionArn", "Qualifier"),
        Attributes = ResourceShape.Set("FunctionArn", "FunctionUrl"),
    };

    public string? MarkBefore(ResourceCall call) => Find(call) is null ? null : throw Faults.Exists(Name, call.RequiredText("TargetFunctionArn"));

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        FunctionUrl? url = call.IsRepeated ? Find(call) : null;
        return Result(url ?? await rooms.Urls.CreateAsync(
            call.Caller, LambdaRequests.CreateFunctionUrlConfig(Body(call).Span, Names(call)), cancellationToken));
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        UpdateFunctionUrlConfigRequest request = LambdaRequests.UpdateFunctionUrlConfig(Body(call).Span, Names(call));
        return Result(await rooms.Urls.UpdateAsync(
            call.Caller, request with { Cors = request.Cors ?? new Cors(), InvokeMode = request.InvokeMode ?? FunctionUrl.Buffered }, cancellationToken));
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Faults.DeleteAsync(() => rooms.Urls.DeleteAsync(
        call.Caller, call.RequiredText("TargetFunctionArn"), call.Text("Qualifier"), cancellationToken));

    private static ReadOnlyMemory<byte> Body(ResourceCall call) => RequestBodies.Of(RequestBodies.Pick(call.Properties, "AuthType", "Cors", "InvokeMode"));

    private static RequestNames Names(ResourceCall call) =>
        new(("FunctionName", call.RequiredText("TargetFunctionArn")), ("Qualifier", call.Text("Qualifier")));

    private FunctionUrl? Find(ResourceCall call) =>
        Faults.FindOrNull(() => rooms.Urls.Get(call.Caller, call.RequiredText("TargetFunctionArn"), call.Text("Qualifier")));

    private ResourceResult Result(FunctionUrl url)
    {
        string authority = rooms.Authority();
        int colon = authority.LastIndexOf(':');
        string port = colon > authority.LastIndexOf(']') ? authority[colon..] : "";
        return new ResourceResult(url.FunctionArn, new TemplateMap
        {
            ["FunctionArn"] = url.FunctionArn,
            ["FunctionUrl"] = $"http://{url.Id}.lambda-url.{url.Region}.localhost{port}/",
        });
    }
}
