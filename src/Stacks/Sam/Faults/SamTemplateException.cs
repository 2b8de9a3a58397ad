using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Faults;

/// <summary>A template whose structure is invalid.</summary>
internal sealed class SamTemplateException(string message, TemplatePosition position = default)
    : SamException(TextOf(message), TextOf(message), new(null, null, position))
{
    private static string TextOf(string message) => $"Structure of the SAM template is invalid. {message}";
}
