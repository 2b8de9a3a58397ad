using Lamina.Access.Signatures;

namespace Lamina.Server.Up;

/// <summary>The file that --keys names. It holds secrets, so others than its owner must not be able to read it.</summary>
internal static class KeyFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static ConfiguredKeys Read(string path)
    {
        try
        {
            if ((File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new UpException($"The file of keys {path} can be read by others than its owner: chmod 600 {path}");
            }

            return ConfiguredKeys.Parse(File.ReadAllBytes(path));
        }
        catch (FormatException exception)
        {
            throw new UpException($"The file of keys {path} cannot be used: {exception.Message}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UpException($"The file of keys {path} cannot be read: {exception.Message}", exception);
        }
    }
}
