using System.Text;
using Lamina.Contract;

namespace Lamina.Stacks.Templates;

/// <summary>Reads a template from YAML or JSON.</summary>
internal static class TemplateReader
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The document's value, with places.</summary>
    /// <exception cref="TemplateException">The document cannot be read.</exception>
    public static TemplateNode Read(ReadOnlySpan<byte> content)
    {
        if (content.Length > Limits.TemplateBytes)
        {
            throw new TemplateException(new(1, 1), $"The template has {content.Length} bytes; CloudFormation takes {Limits.TemplateBytes}.");
        }

        content = content.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;
        return StartsLikeJson(content) ? ReadJson(content) : YamlTemplateReader.Read(Decode(content));
    }

    private static bool StartsLikeJson(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> text = content.TrimStart(" \t\r\n"u8);
        return text.Length > 0 && text[0] == '{';
    }

    /// <summary>What begins like JSON may be YAML in flow style; what is neither is told as JSON.</summary>
    private static TemplateNode ReadJson(ReadOnlySpan<byte> content)
    {
        TemplateException fault;
        try
        {
            return JsonTemplateReader.Read(content);
        }
        catch (TemplateException error)
        {
            fault = error;
        }

        try
        {
            return YamlTemplateReader.Read(Decode(content));
        }
        catch (TemplateException)
        {
            throw fault;
        }
    }

    private static string Decode(ReadOnlySpan<byte> content)
    {
        try
        {
            return Utf8.GetString(content);
        }
        catch (DecoderFallbackException error)
        {
            int line = content[..Math.Max(error.Index, 0)].Count((byte)'\n') + 1;
            throw new TemplateException(new(line, 1), "The template is not UTF-8.");
        }
    }
}
