namespace Lamina.Server.Operations;

/// <summary>How JSON answers write a moment of the model's type timestamp: seconds since 1970, with milliseconds.</summary>
internal static class EpochSeconds
{
    public static double Of(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds() / 1000.0;
}
