using System.Runtime.CompilerServices;
using Lamina.Server.Wire;

namespace Lamina.Rooms.Tests.Server;

public sealed class LargeGarbageTests
{
    private const int Body = 64 * 1024 * 1024;

    [Fact]
    public async Task What_large_bodies_leave_is_collected_without_waiting_for_the_machine_to_run_short()
    {
        Task collected = MakeOldGarbage();
        LargeGarbage.Add(Body);
        await collected.WaitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Something only a collection of the oldest generation finds; the task ends when one has.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task MakeOldGarbage()
    {
        Sentinel sentinel = new();
        GC.Collect();
        GC.Collect();
        GC.KeepAlive(sentinel);
        return sentinel.Found.Task;
    }

    private sealed class Sentinel
    {
        public TaskCompletionSource Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        ~Sentinel() => Found.SetResult();
    }
}
