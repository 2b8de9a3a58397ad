using Lamina.Execution.Environments;
using Microsoft.Extensions.Time.Testing;

namespace Lamina.Rooms.Tests.Execution;

public sealed class DeadlineTimerTests
{
    private readonly FakeTimeProvider _time = new();
    private int _fired;

    [Fact]
    public void It_fires_at_the_deadline_and_not_before()
    {
        using DeadlineTimer timer = new(_time, () => _fired++);
        timer.Arm(TimeSpan.FromSeconds(3));

        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(timer.HasPassed());
        Assert.Equal(0, _fired);

        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(timer.HasPassed());
        Assert.Equal(1, _fired);
    }

    [Fact]
    public void A_later_deadline_moves_it_on()
    {
        using DeadlineTimer timer = new(_time, () => _fired++);
        timer.Arm(TimeSpan.FromSeconds(3));
        _time.Advance(TimeSpan.FromSeconds(2));
        timer.Disarm();
        timer.Arm(TimeSpan.FromSeconds(3));

        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(0, _fired);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, _fired);
    }

    [Fact]
    public void An_earlier_deadline_is_kept_too()
    {
        using DeadlineTimer timer = new(_time, () => _fired++);
        timer.Arm(TimeSpan.FromSeconds(10));
        timer.Arm(TimeSpan.FromSeconds(1));

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, _fired);
    }

    [Fact]
    public void Disarmed_or_disposed_it_stays_silent()
    {
        DeadlineTimer timer = new(_time, () => _fired++);
        timer.Arm(TimeSpan.FromSeconds(1));
        timer.Disarm();
        _time.Advance(TimeSpan.FromSeconds(5));
        timer.Arm(TimeSpan.FromSeconds(1));
        timer.Dispose();
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(0, _fired);
    }
}
