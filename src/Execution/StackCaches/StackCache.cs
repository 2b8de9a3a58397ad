using System.Text.Json;

namespace Lamina.Execution.StackCaches;

/// <summary>One cache on disk. Guarded by the store's lock.</summary>
internal sealed class StackCache(string folder, string key, StackCacheManifest manifest)
{
    public string Key => key;

    public string Folder => folder;

    public string ShownFolder => Path.Combine(Folder, StackCacheUpload.Shown);

    public IReadOnlyList<string> Units => manifest.Units;

    public long Bytes => manifest.Bytes;

    /// <summary>Its bytes were read and found right since the server started.</summary>
    public bool IsVerified { get; set; }

    public bool IsDropped { get; set; }

    public int Users { get; set; }

    public long Uses { get; private set; }

    public DateTimeOffset LastUsed { get; set; }

    /// <summary>Null where there is none, or not a whole one.</summary>
    public static StackCache? TryRead(string folder, string key)
    {
        string file = Path.Combine(folder, StackCacheManifest.FileName);
        try
        {
            StackCacheManifest? manifest = JsonSerializer.Deserialize(File.ReadAllBytes(file), StackCacheManifestJson.Default.StackCacheManifest);
            return manifest is null ? null : new StackCache(folder, key, manifest) { LastUsed = File.GetLastWriteTimeUtc(file) };
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What a crash of the machine or somebody else has done to it is found at its first use; later, what shows at a look.</summary>
    public bool IsGood()
    {
        try
        {
            return IsVerified ? manifest.LooksWhole(ShownFolder) : IsVerified = manifest.IsWhole(ShownFolder);
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Use(DateTimeOffset now)
    {
        Users++;
        Uses++;
        LastUsed = now;
        try
        {
            // So that the next server knows as well.
            File.SetLastWriteTimeUtc(Path.Combine(Folder, StackCacheManifest.FileName), now.UtcDateTime);
        }
        catch (IOException)
        {
            // It counts as less used than it is.
        }
    }
}
