using Lamina.Contract;
using Lamina.Execution.Extensions;
using Lamina.Sandbox;

namespace Lamina.Execution.Environments;

/// <summary>
/// How an environment with extensions ends its processes (Lambda execution environment life cycle): SIGTERM for the runtime, then
/// SHUTDOWN for the external extensions, each with its part of the time. Driven by the environment's loop.
/// </summary>
/// <param name="reason"><c>spindown</c>, <c>timeout</c> or <c>failure</c>.</param>
internal sealed class ShutdownPhase(string reason, ExtensionRoster extensions, SandboxProcess? runtime, DeadlineTimer deadline, TimeProvider time)
{
    private readonly TimeSpan _budget = extensions.HasExternal ? Limits.ShutdownWithExternalExtensions : Limits.ShutdownWithInternalExtensions;
    private readonly long _startedAt = time.GetTimestamp();
    private bool _runtimeEnded = runtime is null;
    private bool _told;

    public void Begin()
    {
        if (_runtimeEnded)
        {
            TellExtensions();
            return;
        }

        runtime!.Signal(Signals.Terminate);
        deadline.Arm(extensions.HasExternal ? Limits.RuntimeShutdown : _budget);
    }

    public void RuntimeEnded() => _runtimeEnded = true;

    /// <summary>True when nobody is waited for any more.</summary>
    /// <param name="deadlinePassed">The time of the present step is over.</param>
    public bool Advance(bool deadlinePassed)
    {
        if (!_told)
        {
            if (!_runtimeEnded && !deadlinePassed)
            {
                return false;
            }

            if (!_runtimeEnded)
            {
                runtime!.Signal(Signals.Kill);
            }

            TellExtensions();
            deadlinePassed = false;
        }

        if (deadlinePassed)
        {
            foreach (Extension late in extensions.All.Where(static extension => extension.IsExternal && !extension.HasEnded))
            {
                late.State = ExtensionState.ShutdownFailed;
            }
        }

        return deadlinePassed || extensions.AllExternalEnded;
    }

    private void TellExtensions()
    {
        _told = true;
        TimeSpan left = _budget - time.GetElapsedTime(_startedAt);
        left = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        extensions.DeliverShutdown(reason, time.GetUtcNow() + left);
        deadline.Arm(left);
    }
}
