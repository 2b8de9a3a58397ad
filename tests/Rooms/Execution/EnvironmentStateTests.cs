using Lamina.Execution.Environments;
using Lamina.Execution.Extensions;

namespace Lamina.Rooms.Tests.Execution;

public sealed class EnvironmentStateTests
{
    private static readonly (EnvironmentState From, EnvironmentState To)[] Allowed =
    [
        (EnvironmentState.Starting, EnvironmentState.Init),
        (EnvironmentState.Starting, EnvironmentState.Closing),
        (EnvironmentState.Init, EnvironmentState.Idle),
        (EnvironmentState.Init, EnvironmentState.Resetting),
        (EnvironmentState.Init, EnvironmentState.Closing),
        (EnvironmentState.Idle, EnvironmentState.Frozen),
        (EnvironmentState.Idle, EnvironmentState.Invoking),
        (EnvironmentState.Idle, EnvironmentState.Resetting),
        (EnvironmentState.Idle, EnvironmentState.Stopping),
        (EnvironmentState.Idle, EnvironmentState.Closing),
        (EnvironmentState.Frozen, EnvironmentState.Idle),
        (EnvironmentState.Frozen, EnvironmentState.Resetting),
        (EnvironmentState.Frozen, EnvironmentState.Closing),
        (EnvironmentState.Invoking, EnvironmentState.Responded),
        (EnvironmentState.Invoking, EnvironmentState.Resetting),
        (EnvironmentState.Invoking, EnvironmentState.Closing),
        (EnvironmentState.Responded, EnvironmentState.Idle),
        (EnvironmentState.Responded, EnvironmentState.Resetting),
        (EnvironmentState.Responded, EnvironmentState.Closing),
        (EnvironmentState.Resetting, EnvironmentState.Empty),
        (EnvironmentState.Resetting, EnvironmentState.Closing),
        (EnvironmentState.Empty, EnvironmentState.Init),
        (EnvironmentState.Empty, EnvironmentState.Closing),
        (EnvironmentState.Stopping, EnvironmentState.Closing),
        (EnvironmentState.Closing, EnvironmentState.Closed),
    ];

    private static readonly (RuntimeState From, RuntimeCall Call, RuntimeState To)[] RuntimeCalls =
    [
        (RuntimeState.Started, RuntimeCall.Next, RuntimeState.Ready),
        (RuntimeState.Started, RuntimeCall.InitError, RuntimeState.InitError),
        (RuntimeState.Ready, RuntimeCall.Next, RuntimeState.Ready),
        (RuntimeState.Running, RuntimeCall.Next, RuntimeState.Running),
        (RuntimeState.Running, RuntimeCall.Response, RuntimeState.ResponseSent),
        (RuntimeState.Running, RuntimeCall.Error, RuntimeState.ResponseSent),
        (RuntimeState.ResponseSent, RuntimeCall.Next, RuntimeState.Ready),
    ];

    private static readonly (ExtensionState From, ExtensionCallKind Call, ExtensionState To)[] ExtensionCalls =
    [
        (ExtensionState.Started, ExtensionCallKind.Register, ExtensionState.Registered),
        (ExtensionState.Registered, ExtensionCallKind.Next, ExtensionState.Ready),
        (ExtensionState.Registered, ExtensionCallKind.InitError, ExtensionState.InitError),
        (ExtensionState.Registered, ExtensionCallKind.ExitError, ExtensionState.ExitError),
        (ExtensionState.Ready, ExtensionCallKind.ExitError, ExtensionState.ExitError),
        (ExtensionState.Running, ExtensionCallKind.Next, ExtensionState.Ready),
        (ExtensionState.Running, ExtensionCallKind.ExitError, ExtensionState.ExitError),
        (ExtensionState.InitError, ExtensionCallKind.InitError, ExtensionState.InitError),
        (ExtensionState.ExitError, ExtensionCallKind.ExitError, ExtensionState.ExitError),
    ];

    [Fact]
    public void Only_the_listed_edges_are_allowed()
    {
        EnvironmentState[] states = Enum.GetValues<EnvironmentState>();
        var allowed = from a in states from b in states where EnvironmentStates.May(a, b) select (a, b);

        Assert.Equal(Allowed.Order(), allowed.Order());
    }

    [Fact]
    public void A_runtime_may_ask_what_its_state_allows() => AssertExactly(RuntimeCalls, static (state, call) => state.After(call));

    [Fact]
    public void An_extension_may_ask_what_its_state_allows() => AssertExactly(ExtensionCalls, static (state, call) => state.After(call));

    private static void AssertExactly<TState, TCall>((TState From, TCall Call, TState To)[] listed, Func<TState, TCall, TState?> after)
        where TState : struct, Enum
        where TCall : struct, Enum
    {
        var allowed = from state in Enum.GetValues<TState>()
                      from call in Enum.GetValues<TCall>()
                      let to = after(state, call)
                      where to is not null
                      select (state, call, to.Value);

        Assert.Equal(listed.Order(), allowed.Order());
    }
}
