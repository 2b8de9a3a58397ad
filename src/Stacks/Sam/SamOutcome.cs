using System.Text.Json;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>What became of a template: CloudFormation's, or all that is wrong with it.</summary>
public sealed class SamOutcome
{
    private readonly TemplateMap? _template;

    internal SamOutcome(TemplateMap template)
    {
        _template = template;
        Faults = [];
    }

    internal SamOutcome(string errorMessage, IReadOnlyList<TemplateFault> faults)
    {
        ErrorMessage = errorMessage;
        Faults = faults;
    }

    /// <summary>All faults in one text, as CloudFormation answers it; null where the template was accepted.</summary>
    public string? ErrorMessage { get; }

    public IReadOnlyList<TemplateFault> Faults { get; }

    /// <summary>Writes the CloudFormation template, or an object with <c>errorMessage</c>.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        if (_template is not null)
        {
            TemplateWriter.Write(writer, _template);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("errorMessage", ErrorMessage);
        writer.WriteEndObject();
    }
}
