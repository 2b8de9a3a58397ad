using Lamina.Sandbox;

namespace Lamina.Execution.Extensions;

/// <summary>What an extension may register for.</summary>
[Flags]
internal enum ExtensionEvents
{
    None = 0,
    Invoke = 1,
    Shutdown = 2,
}

/// <summary>
/// One extension of one environment: external, a process of its own from /opt/extensions, or internal, a part of the runtime's
/// process. Touched by the environment's loop only.
/// </summary>
internal sealed class Extension(string name, bool isExternal)
{
    /// <summary>An event that found no request to answer; the next one takes it.</summary>
    private ExtensionEvent? _undelivered;

    public Guid Id { get; } = Guid.NewGuid();

    public string Name { get; } = name;

    public bool IsExternal { get; } = isExternal;

    public ExtensionState State { get; set; }

    public ExtensionEvents Events { get; set; }

    /// <summary>As it registered for them.</summary>
    public string EventNames { get; set; } = "";

    /// <summary>What it reported, or why it could not be started.</summary>
    public string? ErrorType { get; set; }

    /// <summary>Null for internal ones, and before the start.</summary>
    public SandboxProcess? Process { get; set; }

    public bool HasEnded { get; set; }

    /// <summary>Its GET …/event/next that waits.</summary>
    public ExtensionCall? Waiting { get; private set; }

    /// <summary>The request waits for an event; one that is there already answers it.</summary>
    public void Wait(ExtensionCall request)
    {
        Waiting?.Abandon();
        Waiting = request;
        if (_undelivered is { } happened)
        {
            Deliver(happened);
        }
    }

    public void Deliver(ExtensionEvent happened)
    {
        if (Waiting is not { } request)
        {
            _undelivered = happened;
            return;
        }

        _undelivered = null;
        Waiting = null;
        State = ExtensionState.Running;
        request.TrySetResult(ExtensionAnswer.Event(happened));
    }

    public void ForgetWaiting(ExtensionCall? abandoned)
    {
        if (abandoned is null || Waiting == abandoned)
        {
            Waiting?.Abandon();
            Waiting = null;
        }
    }
}
