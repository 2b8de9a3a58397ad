using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Faults;

/// <summary>A resource that is invalid.</summary>
internal sealed class SamResourceException(string logicalId, string message, string? path = null, TemplatePosition position = default)
    : SamException(logicalId, $"Resource with id [{logicalId}] is invalid. {message}", new(logicalId, path, position));
