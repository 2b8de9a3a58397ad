using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/process: what the server itself has used, for benchmarks and for who looks for a leak.</summary>
internal sealed class ProcessReport : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["process"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        ReadOnlyMemory<byte> body = WireJson.Write(static writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("allocatedBytes", GC.GetTotalAllocatedBytes(precise: true));
            writer.WriteNumber("heapBytes", GC.GetTotalMemory(forceFullCollection: false));
            writer.WriteNumber("workingSetBytes", Environment.WorkingSet);
            writer.WriteNumber("threads", ThreadPool.ThreadCount);
            writer.WriteNumber("processorMs", (long)Environment.CpuUsage.TotalTime.TotalMilliseconds);
            writer.WriteEndObject();
        });
        return Task.FromResult(Answer.Bytes(200, "application/json", body, owner: null));
    }
}
