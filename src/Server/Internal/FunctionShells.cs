using System.Buffers.Binary;
using System.Globalization;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Execution.Debugging;
using Lamina.Functions;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lamina.Server.Internal;

/// <summary>
/// POST /_lamina/functions/NAME/shell?Argument=…&amp;Argument=…&amp;Terminal=xterm&amp;Rows=…&amp;Columns=… with <c>Upgrade: lamina-shell</c>: runs a
/// command, or a shell, in a fresh environment of the function. Both sides then send frames: one byte that says what it is, the
/// length in four bytes, the content. To the command: 0 input, 1 the end of the input, 2 the terminal's rows and columns (two bytes each).
/// From it: 0 output, 1 errors, 2 the exit status in four bytes, which is the last. A client who leaves ends it.
/// </summary>
internal sealed class FunctionShells(FunctionDirectory directory, Invoker invoker, CancellationToken stopping) : IInternalRoute
{
    private const string Protocol = "lamina-shell";
    private const int DefaultRows = 24;
    private const int DefaultColumns = 80;

    public IReadOnlyList<string> Path { get; } = ["functions", "*", "shell"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        HttpRequest request = call.Context.Request;
        if (!HttpMethods.IsPost(request.Method))
        {
            throw InternalRoutes.WrongMethod(request, "POST");
        }

        if (call.Context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } || request.Headers.Upgrade != Protocol)
        {
            throw AwsError.InvalidParameterValue($"This path is for connections that are upgraded to {Protocol}.");
        }

        FunctionVersion function = directory.ResolveInvocable(call.Caller, call.Target.Segments[2], call.Target.Query("Qualifier"));
        ShellCommand command = new(
            [.. call.Target.QueryList("Argument") ?? []],
            call.Target.Query("Terminal"),
            SizeOf(call.Target.Query("Rows"), DefaultRows),
            SizeOf(call.Target.Query("Columns"), DefaultColumns));
        return new ShellAnswer(await invoker.OpenShellAsync(function, command, cancellationToken), stopping);
    }

    private static int SizeOf(string? text, int orElse) =>
        text is null ? orElse
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is > 0 and <= ushort.MaxValue ? size
        : throw AwsError.InvalidParameterValue("Rows and Columns must be numbers.");

    private sealed class ShellAnswer(FunctionShell shell, CancellationToken stopping) : Answer(StatusCodes.Status101SwitchingProtocols)
    {
        private const int HeadBytes = 5;

        /// <summary>What the command left running in the background may hold its output open for ever.</summary>
        private static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(1);

        private const int MaxFrameBytes = 64 * 1024;
        private readonly SemaphoreSlim _turn = new(1);

        private enum ToCommand : byte
        {
            Input,
            EndOfInput,
            Size,
        }

        private enum FromCommand : byte
        {
            Output,
            Errors,
            Exit,
        }

        protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            await using (shell)
            {
                response.Headers.Upgrade = Protocol;
                await using Stream wire = await response.HttpContext.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
                using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
                Task listening = ListenAsync(wire, ended);
                Task<int> exited = shell.ExitStatusAsync();
                Task output = SendAllAsync(wire, FromCommand.Output, shell.Output, ended.Token);
                Task errors = shell.Errors is { } stream ? SendAllAsync(wire, FromCommand.Errors, stream, ended.Token) : Task.CompletedTask;
                try
                {
                    // All that it wrote comes first.
                    int status = await exited.WaitAsync(ended.Token);
                    await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(OutputPatience, TimeProvider.System, ended.Token));
                    byte[] number = new byte[4];
                    BinaryPrimitives.WriteInt32BigEndian(number, status);
                    await SendAsync(wire, FromCommand.Exit, number, ended.Token);
                }
                catch (Exception gone) when (gone is OperationCanceledException or IOException)
                {
                    // The client has left, or the server stops: the shell ends with it.
                }

                await ended.CancelAsync();
                await listening;
            }
        }

        private async Task SendAllAsync(Stream wire, FromCommand frame, Stream from, CancellationToken cancellationToken)
        {
            byte[] buffer = new byte[MaxFrameBytes];
            try
            {
                int read;
                while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    await SendAsync(wire, frame, buffer.AsMemory(0, read), cancellationToken);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // A terminal without processes reads as an error; a client that has gone is heard of elsewhere.
            }
        }

        private async Task SendAsync(Stream wire, FromCommand frame, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            byte[] bytes = new byte[HeadBytes + content.Length];
            bytes[0] = (byte)frame;
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), content.Length);
            content.CopyTo(bytes.AsMemory(HeadBytes));
            await _turn.WaitAsync(cancellationToken);
            try
            {
                await wire.WriteAsync(bytes, cancellationToken);
                await wire.FlushAsync(cancellationToken);
            }
            finally
            {
                _turn.Release();
            }
        }

        private async Task ListenAsync(Stream wire, CancellationTokenSource ended)
        {
            byte[] head = new byte[HeadBytes];
            try
            {
                while (true)
                {
                    await wire.ReadExactlyAsync(head, ended.Token);
                    int length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1));
                    if (length is < 0 or > MaxFrameBytes)
                    {
                        break;
                    }

                    byte[] content = new byte[length];
                    await wire.ReadExactlyAsync(content, ended.Token);
                    await TakeAsync((ToCommand)head[0], content, ended.Token);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // The client has left, or the shell has ended.
            }

            await ended.CancelAsync();
        }

        private async Task TakeAsync(ToCommand frame, byte[] content, CancellationToken cancellationToken)
        {
            try
            {
                switch (frame)
                {
                    case ToCommand.Input:
                        await shell.Input.WriteAsync(content, cancellationToken);
                        await shell.Input.FlushAsync(cancellationToken);
                        break;
                    case ToCommand.EndOfInput:
                        await shell.EndInputAsync();
                        break;
                    case ToCommand.Size when content.Length == 4:
                        shell.Resize(BinaryPrimitives.ReadUInt16BigEndian(content), BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(2)));
                        break;
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // The command reads no more; its exit is on the way.
            }
        }
    }
}
