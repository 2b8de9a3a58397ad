using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Contract;
using Lamina.Images;
using Lamina.Store;

namespace Lamina.Execution;

/// <summary>
/// The added runtimes, one file each in the data folder, so that `lamina runtimes` can list them whether a server runs or not. They belong to
/// the machine and outlive a reset.
/// </summary>
public sealed class AddedRuntimes : IImageRoots
{
    private readonly Lock _writing = new();
    private readonly string _directory;
    private volatile ImmutableDictionary<string, AddedRuntime> _all;

    private AddedRuntimes(string directory)
    {
        _directory = directory;
        _all = Read(directory);
    }

    /// <summary>Raised with the id of a runtime that is another from now on.</summary>
    public event Action<string>? Changed;

    /// <param name="dataDirectory">Need not be there.</param>
    public static AddedRuntimes Open(string dataDirectory) => new(Path.Combine(dataDirectory, "runtimes"));

    public AddedRuntime? Find(string id) => _all.GetValueOrDefault(id);

    public IEnumerable<ImageRoot> ImagesIn(CatalogSnapshot snapshot) => _all.Values
        .Where(static runtime => runtime.Image is not null).Select(static runtime => new ImageRoot(runtime.Image!.Value, $"runtime {runtime.Id}"));

    /// <summary>Durable when it returns; takes the place of the one before.</summary>
    public void Put(AddedRuntime runtime)
    {
        lock (_writing)
        {
            Directory.CreateDirectory(_directory);
            string file = PathOf(runtime.Id);
            using (FileStream written = new(file + ".new", FileMode.Create, FileAccess.Write))
            {
                JsonSerializer.Serialize(written, runtime, AddedRuntimeJson.Default.AddedRuntime);
                written.Flush(flushToDisk: true);
            }

            File.Move(file + ".new", file, overwrite: true);
            LinuxFiles.FlushFolder(_directory);
            _all = _all.SetItem(runtime.Id, runtime);
        }

        Changed?.Invoke(runtime.Id);
    }

    /// <summary>False when there was none.</summary>
    public bool Remove(string id)
    {
        lock (_writing)
        {
            if (!_all.ContainsKey(id))
            {
                return false;
            }

            File.Delete(PathOf(id));
            LinuxFiles.FlushFolder(_directory);
            _all = _all.Remove(id);
        }

        Changed?.Invoke(id);
        return true;
    }

    private static ImmutableDictionary<string, AddedRuntime> Read(string directory) => !Directory.Exists(directory)
        ? ImmutableDictionary<string, AddedRuntime>.Empty
        : Directory.EnumerateFiles(directory, "*.json").Select(Parse).OfType<AddedRuntime>()
            .ToImmutableDictionary(static runtime => runtime.Id, StringComparer.Ordinal);

    /// <summary>A file that cannot be read adds nothing: the machine's own interpreters go on serving.</summary>
    private static AddedRuntime? Parse(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), AddedRuntimeJson.Default.AddedRuntime);
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string PathOf(string id) => Path.Combine(_directory, $"{id}.json");
}
