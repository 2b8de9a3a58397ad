using System.Security.Cryptography;
using Lamina.Contract;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>Where bodies too large for memory are received. What a crash left here goes at the next start.</summary>
internal sealed class ImportFolder
{
    private const int PieceBytes = 1024 * 1024;

    private readonly string _folder;

    public ImportFolder(string folder)
    {
        _folder = folder;
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Counts while it comes in; whoever disposes the file removes it.</summary>
    public async Task<ReceivedFile> ReceiveAsync(HttpRequest request, long limitBytes, CancellationToken cancellationToken)
    {
        RequireWithin(request.ContentLength ?? 0, limitBytes);
        FileStream file = new(Path.Combine(_folder, Guid.NewGuid().ToString("N")), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = 0,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            return new ReceivedFile(file, await CopyAsync(request.Body, file, limitBytes, cancellationToken));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static async Task<Sha256> CopyAsync(Stream body, FileStream file, long limitBytes, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = new byte[PieceBytes];
        for (int count = await body.ReadAsync(piece, cancellationToken); count > 0; count = await body.ReadAsync(piece, cancellationToken))
        {
            RequireWithin(file.Position + count, limitBytes);
            hash.AppendData(piece, 0, count);
            await file.WriteAsync(piece.AsMemory(0, count), cancellationToken);
        }

        return new Sha256(hash.GetHashAndReset());
    }

    private static void RequireWithin(long bytes, long limitBytes)
    {
        if (bytes > limitBytes)
        {
            throw AwsError.RequestEntityTooLarge($"What is imported must not be larger than {limitBytes} bytes");
        }
    }
}

internal sealed record ReceivedFile(FileStream File, Sha256 Digest) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => File.DisposeAsync();
}
