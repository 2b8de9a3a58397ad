using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Nested;

/// <summary>AWS::CDK::Metadata: says which CDK made the template; nothing is behind it.</summary>
internal sealed class CdkMetadataType : IResourceType
{
    public string Name => "AWS::CDK::Metadata";

    public ResourceShape Shape { get; } = new() { Attributes = [] };

    public string? MarkBefore(ResourceCall call) => null;

    public Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken) => Task.FromResult(new ResourceResult(call.Name, []));

    public Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
        Task.FromResult(new ResourceResult(call.PhysicalId!, []));

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>AWS::CloudFormation::WaitConditionHandle. Its physical id is a URL that takes an object, as custom resources have.</summary>
internal sealed class WaitConditionHandleType(StackRoomParts rooms) : IResourceType
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);
    private readonly AnswerBox _answers = new(rooms);

    public string Name => "AWS::CloudFormation::WaitConditionHandle";

    public ResourceShape Shape { get; } = new() { Attributes = ResourceShape.Set("Id") };

    public string? MarkBefore(ResourceCall call) => null;

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        string url = await _answers.NewUrlAsync(call.Caller, $"{call.Stack.Guid}/{call.LogicalId}", Lifetime, cancellationToken);
        return new ResourceResult(url, new TemplateMap { ["Id"] = url });
    }

    public Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
        Task.FromResult(new ResourceResult(call.PhysicalId!, new TemplateMap { ["Id"] = call.PhysicalId! }));

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Task.CompletedTask;
}
