using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources;

/// <summary>A type that Lamina does not serve and the operator allows all the same: the stack has it in its list, and nothing else is there.</summary>
internal sealed class UnservedType(string name) : IResourceType
{
    public string Name => name;

    public ResourceShape Shape { get; } = new();

    public string? MarkBefore(ResourceCall call) => null;

    public Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken) =>
        Task.FromResult(new ResourceResult($"not-served-by-lamina-{call.Name}", []));

    public Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
        Task.FromResult(new ResourceResult(call.PhysicalId!, []));

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Task.CompletedTask;
}
