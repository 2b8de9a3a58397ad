using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Data;

/// <summary>The tables that come with the program: what SAM knows as data.</summary>
internal static class DataFile
{
    public static TemplateNode ReadJson(string name) => JsonTemplateReader.Read(ReadBytes(name));

    public static byte[] ReadBytes(string name)
    {
        using Stream stream = typeof(DataFile).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
