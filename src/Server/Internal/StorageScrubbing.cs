using System.Text.Json;
using System.Threading.Channels;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// POST /_lamina/storage/scrub: verifies all that is stored. The answer is lines of JSON while that goes on: how far it is, what is damaged,
/// and at the end a summary. Without a summary it did not come to its end. It stops when the client leaves.
/// </summary>
internal sealed class StorageScrubbing(StorageScrub scrub, TimeProvider time, CancellationToken stopping) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["storage", "scrub"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        StorageCollection.RequirePost(call.Context.Request);
        return Task.FromResult<Answer>(new ScrubAnswer(scrub, time, stopping));
    }

    private sealed class ScrubAnswer(StorageScrub scrub, TimeProvider time, CancellationToken stopping) : Answer(200)
    {
        protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
            response.ContentType = "application/x-ndjson";
            Channel<ReadOnlyMemory<byte>> lines = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
            Task scrubbing = ScrubAsync(lines.Writer, ended.Token);
            try
            {
                await foreach (ReadOnlyMemory<byte> line in lines.Reader.ReadAllAsync(ended.Token))
                {
                    await response.BodyWriter.WriteAsync(line, ended.Token);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The server stops: the answer ends here, without a summary.
            }
            finally
            {
                await ended.CancelAsync();
                await Task.WhenAny(scrubbing);
            }
        }

        /// <summary>Completes the channel, with the failure if there was one.</summary>
        private async Task ScrubAsync(ChannelWriter<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
        {
            ScrubProgress progress = new();
            using PeriodicTimer timer = new(Limits.ScrubProgress, time);
            Task reporting = ReportAsync(timer, progress, lines);
            try
            {
                ScrubOutcome outcome = await scrub.RunAsync(progress, finding => lines.TryWrite(ToLine(finding)), cancellationToken);
                timer.Dispose();
                await reporting;
                lines.TryWrite(ToLine(progress));
                lines.TryWrite(ToLine(outcome));
                lines.Complete();
            }
            catch (Exception failure)
            {
                // Whoever reads the lines gets it: the answer breaks off, and the log says why.
                lines.Complete(failure);
            }
        }

        private static async Task ReportAsync(PeriodicTimer timer, ScrubProgress progress, ChannelWriter<ReadOnlyMemory<byte>> lines)
        {
            while (await timer.WaitForNextTickAsync(CancellationToken.None))
            {
                lines.TryWrite(ToLine(progress));
            }
        }

        private static ReadOnlyMemory<byte> ToLine(ScrubProgress progress) => ToLine(writer =>
        {
            writer.WriteNumber("verifiedBytes", progress.VerifiedBytes);
            writer.WriteNumber("totalBytes", progress.TotalBytes);
        });

        private static ReadOnlyMemory<byte> ToLine(ScrubFinding finding) => ToLine(writer =>
        {
            writer.WriteString("damaged", JsonNamingPolicy.CamelCase.ConvertName(finding.Subject.ToString()));
            writer.WriteString("name", finding.Name);
            writer.WriteString("problem", finding.Problem);
            WriteStrings(writer, "namedBy", finding.NamedBy);
            writer.WriteBoolean("repaired", !finding.Lasting);
            if (finding.Subject == ScrubSubject.Archive)
            {
                WriteStrings(writer, "sources", finding.Sources);
                writer.WriteBoolean("treeIntact", finding.TreeIntact);
            }
        });

        private static ReadOnlyMemory<byte> ToLine(ScrubOutcome outcome) => ToLine(writer =>
        {
            writer.WriteStartObject("summary");
            writer.WriteNumber("archives", outcome.Archives);
            writer.WriteNumber("files", outcome.Files);
            writer.WriteNumber("trees", outcome.Trees);
            writer.WriteNumber("manifests", outcome.Manifests);
            writer.WriteNumber("blobs", outcome.Blobs);
            writer.WriteNumber("imageLayers", outcome.ImageLayers);
            writer.WriteNumber("repaired", outcome.Repaired);
            writer.WriteNumber("damaged", outcome.Damaged);
            writer.WriteEndObject();
        });

        private static ReadOnlyMemory<byte> ToLine(Action<Utf8JsonWriter> writeMembers)
        {
            ReadOnlyMemory<byte> json = WireJson.Write(writer =>
            {
                writer.WriteStartObject();
                writeMembers(writer);
                writer.WriteEndObject();
            });
            return (byte[])[.. json.Span, (byte)'\n'];
        }

        private static void WriteStrings(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
        {
            writer.WriteStartArray(name);
            foreach (string value in values)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
        }
    }
}
