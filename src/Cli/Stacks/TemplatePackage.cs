using System.Text;
using Lamina.Cli.Archives;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Stacks;

/// <summary>
/// A template whose local code is on its way: (1) every path must be there before anything is sent; (2) a folder is zipped, a file is sent as
/// it is, each once however often it is named; (3) the paths give way to locations, from the last to the first.
/// </summary>
internal static class TemplatePackage
{
    /// <param name="file">The template's, for its folder and for errors.</param>
    public static async Task<string> PackAsync(
        string template, string file, DeployBucket bucket, Terminal terminal, CancellationToken cancellationToken)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        LocalPath[] paths = [.. LocalCode.Find(template)];
        foreach (LocalPath path in paths.Where(path => !Path.Exists(Path.Combine(folder, path.Path))))
        {
            throw new CliError( // (1)
                $"There is no folder or file {path.Path}.", $"{file}:{path.Line}", "Check the path; it is relative to the template.");
        }

        Dictionary<string, string> keys = new(StringComparer.Ordinal);
        foreach (string path in paths.Select(path => Path.GetFullPath(path.Path, folder)).Distinct(StringComparer.Ordinal))
        {
            if (File.Exists(Path.Combine(path, "requirements.txt")))
            {
                string shown = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
                terminal.Note(
                    $"warning: {shown}/requirements.txt is not installed; make a layer of it: "
                    + $"lamina layer build {shown} --runtime python3.11 --publish NAME");
            }

            byte[] archive = Directory.Exists(path)
                ? await FolderArchive.ZipAsync(path, cancellationToken)
                : await File.ReadAllBytesAsync(path, cancellationToken);
            keys[path] = await bucket.UploadAsync(archive, ".zip", cancellationToken); // (2)
        }

        StringBuilder packed = new(template);
        foreach (LocalPath path in paths.Reverse())
        {
            string location = LocalCode.Location(path, bucket.Name, keys[Path.GetFullPath(path.Path, folder)]);
            packed.Remove(path.Offset, path.Length).Insert(path.Offset, location); // (3)
        }

        return packed.ToString();
    }
}
