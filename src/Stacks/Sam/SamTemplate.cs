using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>A template with SAM's resources, from a file.</summary>
public static class SamTemplate
{
    /// <summary>Reads YAML or JSON and transforms it.</summary>
    /// <param name="content">The file: UTF-8, at most 1 MB.</param>
    /// <param name="options">Region, parameters.</param>
    public static SamOutcome Transform(ReadOnlySpan<byte> content, SamOptions options)
    {
        TemplateNode template;
        try
        {
            template = TemplateReader.Read(content);
        }
        catch (TemplateException fault)
        {
            string message = $"Template format error: {fault.Message} (line {fault.Position.Line}, column {fault.Position.Column})";
            return new SamOutcome(message, [new TemplateFault(fault.Position.Line, fault.Position.Column, null, fault.Message)]);
        }

        try
        {
            return new SamOutcome(SamTransform.Run(template, options));
        }
        catch (SamDocumentException fault)
        {
            // The template was changed on the way; places are looked up in the file as it is.
            TemplateNode asWritten = TemplateReader.Read(content);
            return new SamOutcome(fault.Message, [.. fault.Causes.Select(cause => FaultPlaces.Locate(cause, asWritten))]);
        }
    }
}
