using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>A template and what lies beside it, in a folder of its own.</summary>
internal sealed class StackFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lamina-stack-");

    public string Template => PathOf("template.yaml");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>At once, as editors do it, so that nobody sees half of it.</summary>
    public void Write(string name, string text)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = Path.Combine(Path.GetTempPath(), $"lamina-unfinished-{Guid.NewGuid():N}");
        File.WriteAllText(unfinished, text);
        File.Move(unfinished, path, overwrite: true);
    }

    public void Delete(string name) => File.Delete(PathOf(name));

    public void Rename(string name, string other) => File.Move(PathOf(name), PathOf(other));

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>What a function answers.</summary>
    public static async Task<string> InvokeAsync(Uri endpoint, string function)
    {
        (int code, string text) = await LaminaCommand.RunAsync(endpoint, "invoke", function, "--payload", "{}");
        Assert.True(code == 0, text);
        string line = text.Split('\n').First(static line => line.StartsWith('{') || line.StartsWith('"'));
        return JsonNode.Parse(line)!.ToJsonString();
    }
}
