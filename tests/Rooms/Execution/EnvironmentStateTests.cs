using Lamina.Execution.Environments;

namespace Lamina.Rooms.Tests.Execution;

public sealed class EnvironmentStateTests
{
    private static readonly (EnvironmentState From, EnvironmentState To)[] Allowed =
    [
        (EnvironmentState.Starting, EnvironmentState.Init),
        (EnvironmentState.Starting, EnvironmentState.Closing),
        (EnvironmentState.Init, EnvironmentState.Idle),
        (EnvironmentState.Init, EnvironmentState.Closing),
        (EnvironmentState.Idle, EnvironmentState.Invoking),
        (EnvironmentState.Idle, EnvironmentState.Closing),
        (EnvironmentState.Invoking, EnvironmentState.Responded),
        (EnvironmentState.Invoking, EnvironmentState.Closing),
        (EnvironmentState.Responded, EnvironmentState.Idle),
        (EnvironmentState.Responded, EnvironmentState.Closing),
        (EnvironmentState.Closing, EnvironmentState.Closed),
    ];

    [Fact]
    public void Only_the_listed_edges_are_allowed()
    {
        EnvironmentState[] states = Enum.GetValues<EnvironmentState>();
        var allowed = from a in states from b in states where EnvironmentStates.May(a, b) select (a, b);

        Assert.Equal(Allowed.Order(), allowed.Order());
    }
}
