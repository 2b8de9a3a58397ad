using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Execution.Environments;
using Lamina.Functions;
using Lamina.Sandbox;

namespace Lamina.Execution.Extensions;

/// <summary>
/// The extensions of one environment between two inits: who is there, who is ready, who gets which event. Touched by the
/// environment's loop only. Without extensions every question is answered by an empty list.
/// </summary>
internal sealed class ExtensionRoster
{
    private static readonly ImmutableArray<string> EventNames = ["INVOKE", "SHUTDOWN"];

    private readonly List<Extension> _extensions;
    private readonly FunctionVersion _function;

    /// <param name="names">Of the files in /opt/extensions.</param>
    public ExtensionRoster(FunctionVersion function, ImmutableArray<string> names)
    {
        _function = function;
        _extensions = [.. names.Select(static name => new Extension(name, isExternal: true))];
    }

    public IReadOnlyList<Extension> All => _extensions;

    public bool IsEmpty => _extensions.Count == 0;

    public bool HasExternal => _extensions.Exists(static extension => extension.IsExternal);

    /// <summary>The runtime has asked for its first event: nobody registers any more.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Every file of /opt/extensions has registered; the runtime may start.</summary>
    public bool AllRegistered => _extensions.TrueForAll(static extension => extension.State != ExtensionState.Started);

    public bool AllReady => _extensions.TrueForAll(static extension => extension.State == ExtensionState.Ready);

    /// <summary>Nobody works on an INVOKE any more.</summary>
    public bool InvokeDone =>
        _extensions.TrueForAll(static extension => !extension.Events.HasFlag(ExtensionEvents.Invoke) || extension.State == ExtensionState.Ready);

    public bool AllExternalEnded => _extensions.TrueForAll(static extension => !extension.IsExternal || extension.HasEnded);

    public Extension? OfProcess(SandboxProcess process) => _extensions.Find(extension => extension.Process == process);

    public Extension? Find(Guid id) => _extensions.Find(extension => extension.Id == id);

    /// <summary>Answers the call, or keeps it until there is an event. Gives the extension that reported a fatal error.</summary>
    public Extension? Take(ExtensionCall call)
    {
        if (call.Kind == ExtensionCallKind.Register)
        {
            call.TrySetResult(Register(call));
            return null;
        }

        Extension? extension = Find(call.Id);
        if (extension is null)
        {
            call.TrySetResult(ExtensionAnswer.Refusal(
                "Extension.UnknownExtensionIdentifier",
                call.Kind == ExtensionCallKind.Next ? $"Unknown extension {call.Id}" : "Unknown Lambda-Extension-Identifier"));
            return null;
        }

        // An extension that lost its connection asks again; AWS would refuse it and then time out.
        bool asksAgain = call.Kind == ExtensionCallKind.Next && extension is { State: ExtensionState.Ready, Waiting: null };
        ExtensionState? to = asksAgain ? ExtensionState.Ready : extension.State.After(call.Kind);
        if (to is null)
        {
            call.TrySetResult(StateRefusal(extension, call.Kind, call.Id.ToString()));
            return null;
        }

        extension.State = to.Value;
        if (call.Kind == ExtensionCallKind.Next)
        {
            extension.Wait(call);
            return null;
        }

        extension.ErrorType ??= call.ErrorType;
        call.TrySetResult(ExtensionAnswer.Accepted);
        return extension;
    }

    public void Forget(ExtensionCall abandoned) => Find(abandoned.Id)?.ForgetWaiting(abandoned);

    public void DeliverInvoke(InvokeJob job)
    {
        ExtensionEvent? invoke = null;
        foreach (Extension extension in _extensions)
        {
            if (extension.Events.HasFlag(ExtensionEvents.Invoke))
            {
                invoke ??= ExtensionBodies.Invoke(job);
                extension.State = ExtensionState.Running;
                extension.Deliver(invoke);
            }
        }
    }

    /// <summary>Tells those who registered for it; the other external ones are killed.</summary>
    public void DeliverShutdown(string reason, DateTimeOffset deadline)
    {
        ExtensionEvent shutdown = ExtensionBodies.Shutdown(reason, deadline.ToUnixTimeMilliseconds());
        foreach (Extension extension in _extensions.Where(static extension => extension.IsExternal && !extension.HasEnded))
        {
            if (extension.Events.HasFlag(ExtensionEvents.Shutdown))
            {
                extension.Deliver(shutdown);
            }
            else
            {
                extension.Process?.Signal(Signals.Kill);
            }
        }
    }

    /// <summary>Hangs up on everybody who waits.</summary>
    public void HangUp() => _extensions.ForEach(static extension => extension.ForgetWaiting(null));

    private ExtensionAnswer Register(ExtensionCall call)
    {
        Extension? extension = _extensions.Find(known => known.IsExternal && known.Name == call.Name);
        ExtensionAnswer? refusal = RefusalOfEvents(call, isInternal: extension is null)
            ?? (extension is null ? RefusalOfInternal(call.Name) : null);
        if (refusal is not null)
        {
            return refusal;
        }

        if (extension is null)
        {
            extension = new Extension(call.Name, isExternal: false);
            _extensions.Add(extension);
        }

        if (extension.State.After(ExtensionCallKind.Register) is not { } registered)
        {
            return StateRefusal(extension, ExtensionCallKind.Register, extension.Name);
        }

        extension.State = registered;
        extension.EventNames = string.Join(", ", call.Events.Distinct());
        extension.Events = (call.Events.Contains("INVOKE") ? ExtensionEvents.Invoke : ExtensionEvents.None)
            | (call.Events.Contains("SHUTDOWN") ? ExtensionEvents.Shutdown : ExtensionEvents.None);
        return new ExtensionAnswer(200, ExtensionBodies.Registered(_function, call.WantsAccountId), extension.Id, null);
    }

    private static ExtensionAnswer? RefusalOfEvents(ExtensionCall call, bool isInternal)
    {
        string? wrong = call.Events.FirstOrDefault(name => !EventNames.Contains(name) || (isInternal && name == "SHUTDOWN"));
        return wrong is null ? null : ExtensionAnswer.Refusal(
            "Extension.InvalidEventType",
            $"{wrong}: {(EventNames.Contains(wrong) ? "ShutdownEventNotSupportedForInternalExtension" : "ErrorInvalidEventType")}");
    }

    private ExtensionAnswer? RefusalOfInternal(string name) =>
        IsClosed ? ExtensionAnswer.Refusal("Extension.RegistrationClosed", "Extension registration closed already")
        : _extensions.Count >= Limits.ExtensionsPerEnvironment
            ? ExtensionAnswer.Refusal("Extension.TooManyExtensions", $"Extension limit ({Limits.ExtensionsPerEnvironment}) reached")
        : _extensions.Exists(known => known.Name == name)
            ? ExtensionAnswer.Refusal("Extension.InvalidExtensionState", "Extension with this name already registered")
        : null;

    private static ExtensionAnswer StateRefusal(Extension extension, ExtensionCallKind call, string who) => ExtensionAnswer.Refusal(
        "Extension.InvalidExtensionState",
        $"State transition from {extension.State} to {call.Wanted()} failed for extension {who}. Error: State transition is not allowed");
}
