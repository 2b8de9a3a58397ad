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
