using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Lamina.Server.Up;

/// <summary>The log: one line an event, on standard error, because standard output belongs to the one line 'ready'.</summary>
internal static class StandardErrorLog
{
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(level);
        // Kestrel's own view of connections is of use only to those who debug Lamina.
        builder.AddFilter("Microsoft", level > LogLevel.Debug ? LogLevel.Warning : level);
        builder.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    });
}
