using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Faults;

/// <summary>A section Globals that is invalid.</summary>
internal sealed class SamGlobalsException(string message, TemplatePosition position)
    : SamException("Globals", $"'Globals' section is invalid. {message}", new(null, null, position));
