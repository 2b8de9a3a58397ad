namespace Lamina.Sandbox;

/// <summary>The signals that supervisors send; the numbers are the same on every architecture we run on.</summary>
public static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
}
