using System.IO.Pipelines;
using System.Text.RegularExpressions;
using Lamina.Contract;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Lamina.Execution.StackCaches;

/// <summary>
/// The files of one cache, as the sandbox that makes it sends them: under names of the one shape that the interpreter gives them, each
/// once, up to a size and a number in all. What is refused once makes the whole of no use.
/// </summary>
internal sealed partial class StackCacheUpload(string folder, string family) : IDisposable
{
    /// <summary>What of a cache's folder a sandbox is shown.</summary>
    public const string Shown = "files";

    private readonly SemaphoreSlim _one = new(1);
    private long _left = Limits.StackCacheBytes;
    private int _filesLeft = Limits.StackCacheFiles;

    /// <summary>On the host; has <see cref="Shown"/>.</summary>
    public string Folder => folder;

    public bool IsRefused { get; private set; }

    public bool IsEmpty => _filesLeft == Limits.StackCacheFiles;

    /// <summary>False: it is not taken.</summary>
    /// <param name="name">As the sandbox names it.</param>
    public async Task<bool> ReceiveAsync(string name, PipeReader body)
    {
        await _one.WaitAsync();
        try
        {
            bool taken = !IsRefused && _filesLeft-- > 0 && PathOf(name) is { } path && await WriteAsync(path, body);
            IsRefused |= !taken;
            return taken;
        }
        catch (Exception exception) when (exception is BadHttpRequestException or ConnectionResetException or ConnectionAbortedException or IOException)
        {
            IsRefused = true;
            return false;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private string? PathOf(string name) => family switch
    {
        "nodejs" when CompileCacheName().IsMatch(name) => Path.Combine(folder, Shown, "node", name),
        "java" when name == "classes.jsa" => Path.Combine(folder, Shown, name),
        _ => null,
    };

    private async Task<bool> WriteAsync(string path, PipeReader body)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
        while (true)
        {
            ReadResult read = await body.ReadAsync(CancellationToken.None);
            _left -= read.Buffer.Length;
            if (_left < 0)
            {
                body.AdvanceTo(read.Buffer.End);
                return false;
            }

            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            {
                await file.WriteAsync(piece);
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return true;
            }
        }
    }

    // v22.11.0-x64-f4c5a1b2-993/0d412515: version, architecture, V8's own tag, user; then a checksum of the path and kind of a module.
    [GeneratedRegex(@"\Av[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}-[a-z0-9]{1,16}-[0-9a-f]{1,8}(?:-[0-9]{1,10})?/[0-9a-f]{1,8}\z")]
    private static partial Regex CompileCacheName();
}
