using System.Security.Cryptography;
using System.Text;
using Lamina.Cli.Archives;

namespace Lamina.Cli.Builds;

/// <summary>Names a build by all that goes into it, so that the same input is built once.</summary>
internal static class BuildDigest
{
    /// <summary>Changes when builds of the same input come out differently.</summary>
    private const string Recipe = "1";

    /// <param name="folder">All that is in it counts, but for what tools leave there.</param>
    public static string Of(string folder, params string?[] words) => Of(FolderArchive.List(folder, [".git", ".aws-sam", "node_modules"]), words);

    public static string Of(IEnumerable<FolderEntry> files, params string?[] words)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string? text) => digest.AppendData(Encoding.UTF8.GetBytes($"{text?.Length ?? -1}:{text}\n"));
        Add(Recipe);
        foreach (string? word in words)
        {
            Add(word);
        }

        foreach (FolderEntry file in files)
        {
            Add(file.Name);
            Add(file.LinkTarget);
            if (file.LinkTarget is null && !file.Name.EndsWith('/'))
            {
                using FileStream content = File.OpenRead(file.Path);
                Add(Convert.ToHexStringLower(SHA256.HashData(content)));
                Add(Convert.ToString(file.TypeAndMode, 8));
            }
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
