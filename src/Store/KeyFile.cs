using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Store;

/// <summary>The server's secret keys: files of the data folder that nobody but its user can read.</summary>
public static class KeyFile
{
    /// <summary>Reads a key, or makes a random one where there is none: written beside, flushed, renamed.</summary>
    /// <param name="remedy">What to do about a file of another length; ends the error's text.</param>
    /// <exception cref="InvalidDataException">The file has another length.</exception>
    public static byte[] OpenOrCreate(string path, int lengthBytes, string remedy)
    {
        if (!File.Exists(path))
        {
            Create(path, lengthBytes);
        }

        byte[] key = File.ReadAllBytes(path);
        return key.Length == lengthBytes ? key : throw new InvalidDataException($"{path} has {key.Length} bytes instead of {lengthBytes}. {remedy}");
    }

    private static void Create(string path, int lengthBytes)
    {
        string draft = path + ".new";
        File.Delete(draft);
        using (SafeFileHandle file = File.OpenHandle(draft, FileMode.CreateNew, FileAccess.Write))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            RandomAccess.Write(file, RandomNumberGenerator.GetBytes(lengthBytes), 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(draft, path);
        LinuxFiles.FlushFolder(Path.GetDirectoryName(path)!);
    }
}
