using System.Globalization;

namespace Lamina.Server.Up;

/// <summary>
/// The data folder, held by one server at a time. The lock is the kernel's (flock), so it ends with the process however it ends;
/// the pid beside it only tells people who holds it. (Not in the lock file itself: .NET locks every file it opens.)
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    public static string DefaultPath()
    {
        string? shared = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        string parent = string.IsNullOrEmpty(shared) || !System.IO.Path.IsPathRooted(shared)
            ? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share")
            : shared;
        return System.IO.Path.Combine(parent, "lamina");
    }

    /// <summary>Makes the folder if need be and takes the lock.</summary>
    public static DataFolder Take(string path)
    {
        string folder = System.IO.Path.GetFullPath(path);
        string file = System.IO.Path.Combine(folder, "lock");
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UpException($"The data folder {folder} cannot be made: {exception.Message}", exception);
        }

        return new DataFolder(folder, Lock(folder, file));
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string folder, string file)
    {
        FileStream? stream = null;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux.
            stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(PidFile(folder), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return stream;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UpException($"The data folder {folder} is not ours to write in: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            stream?.Dispose();
            throw new UpException(
                $"The data folder {folder} is in use by another server (pid {Holder(folder)}). Stop that one, or name another folder with --data.",
                exception);
        }
    }

    private static string Holder(string folder)
    {
        try
        {
            return File.ReadAllText(PidFile(folder)) is { Length: > 0 } pid ? pid : "unknown";
        }
        catch (IOException)
        {
            return "unknown";
        }
    }

    private static string PidFile(string folder) => System.IO.Path.Combine(folder, "pid");
}
