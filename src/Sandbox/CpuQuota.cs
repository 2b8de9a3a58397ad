namespace Lamina.Sandbox;

/// <summary>A share of CPU as cgroups count it: time per period, at creation (the plan) and afterwards (the open file) alike.</summary>
internal static class CpuQuota
{
    /// <summary>Short, so that a function below one CPU is held back for milliseconds and not for a tenth of a second.</summary>
    public const uint PeriodMicroseconds = 20_000;

    /// <summary>The kernel's least quota.</summary>
    private const double LeastMicroseconds = 1_000;

    private const double MostCpus = 1_024;

    public static uint Microseconds(double cpus) =>
        (uint)Math.Clamp(cpus * PeriodMicroseconds, LeastMicroseconds, MostCpus * PeriodMicroseconds);
}
