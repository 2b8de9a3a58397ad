using System.Text.Json;

namespace Lamina.Stacks.Templates;

/// <summary>Writes a template as JSON.</summary>
internal static class TemplateWriter
{
    public static void Write(Utf8JsonWriter writer, TemplateNode node)
    {
        switch (node)
        {
            case TemplateMap map:
                writer.WriteStartObject();
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    writer.WritePropertyName(key.Name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case TemplateList list:
                writer.WriteStartArray();
                foreach (TemplateNode item in list)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case TemplateText text:
                writer.WriteStringValue(text.Value);
                break;
            case TemplateNumber number:
                writer.WriteRawValue(number.Digits, skipInputValidation: true);
                break;
            case TemplateBool boolean:
                writer.WriteBooleanValue(boolean.Value);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
