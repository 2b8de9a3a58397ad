using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lamina.Functions;
using Lamina.Images;
using Lamina.Layers;

namespace Lamina.Execution.StackCaches;

/// <summary>By what a cache is known: a digest of all that decides what an interpreter makes of the code in layers, and of whose it is.</summary>
internal static class StackCacheKey
{
    /// <summary>Of how caches are made; another one makes all of them anew.</summary>
    private const string Format = "1";

    /// <param name="client">The file our client starts from: an archive of shared classes has its classes, and is good for that file only.</param>
    public static string Of(
        RuntimeResolution runtime, string client, FunctionVersion function, LayerStackContent stack, ImageLease? sdk)
    {
        string?[] parts =
        [
            Format,
            runtime.Id,
            runtime.InterpreterPath,
            runtime.Version,
            runtime.Added?.Image?.ToString(),
            FileOf(runtime) is { } file ? StampOf(file) : "",
            StampOf(client),
            sdk is null ? "" : RuntimeSdk.BindOf(sdk).HostPath,
            function.Account,
            .. stack.Archives.Select(static archive => archive.Tree.ToString()),
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
    }

    // An image is known by its digest; a program of the machine may be another one under the same name.
    private static string? FileOf(RuntimeResolution runtime) => runtime.Added is not { } added ? runtime.InterpreterPath
        : added.Folder is { } folder ? Path.Combine(folder, added.Program!)
        : null;

    private static string StampOf(string path) => new FileInfo(path) is { Exists: true } file
        ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}")
        : "";
}
