using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Lambda;

/// <summary>AWS::Lambda::CodeSigningConfig. Its mark are the configurations that were there before.</summary>
internal sealed class CodeSigningConfigType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::Lambda::CodeSigningConfig";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("AllowedPublishers", "CodeSigningPolicies", "Description", "Tags"),
        Required = ["AllowedPublishers"],
        Attributes = ResourceShape.Set("CodeSigningConfigArn", "CodeSigningConfigId"),
    };

    public string? MarkBefore(ResourceCall call) => string.Join(',', Arns(call));

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        string[] before = call.Mark!.Split(',');
        string? made = call.IsRepeated ? Arns(call).FirstOrDefault(arn => !before.Contains(arn, StringComparer.Ordinal)) : null;
        if (made is not null)
        {
            return Result(rooms.CodeSigning.Get(call.Caller, made));
        }

        TemplateMap body = RequestBodies.Pick(call.Properties, "AllowedPublishers", "CodeSigningPolicies", "Description");
        if (RequestBodies.TagsOf(call, "Tags") is { Count: > 0 } tags)
        {
            body["Tags"] = tags;
        }

        CreateCodeSigningConfigRequest request = LambdaRequests.CreateCodeSigningConfig(RequestBodies.Of(body).Span, new RequestNames());
        return Result(await rooms.CodeSigning.CreateAsync(call.Caller, request, cancellationToken));
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        TemplateMap body = RequestBodies.Pick(call.Properties, "AllowedPublishers", "CodeSigningPolicies");
        body["Description"] = call.Text("Description") ?? "";
        body["CodeSigningPolicies"] ??= new TemplateMap { ["UntrustedArtifactOnDeployment"] = "Warn" };
        UpdateCodeSigningConfigRequest request = LambdaRequests.UpdateCodeSigningConfig(
            RequestBodies.Of(body).Span, new RequestNames(("CodeSigningConfigArn", call.PhysicalId)));
        ResourceResult result = Result(await rooms.CodeSigning.UpdateAsync(call.Caller, request, cancellationToken));
        await LambdaTags.ApplyAsync(rooms, call, call.PhysicalId!, cancellationToken);
        return result;
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) =>
        Faults.DeleteAsync(() => rooms.CodeSigning.DeleteAsync(call.Caller, call.PhysicalId!, cancellationToken));

    private IEnumerable<string> Arns(ResourceCall call) => rooms.CodeSigning.List(call.Caller, null).Select(static config => config.Arn);

    private static ResourceResult Result(CodeSigningDocument config) =>
        new(config.Arn, new TemplateMap { ["CodeSigningConfigArn"] = config.Arn, ["CodeSigningConfigId"] = config.Id });
}
