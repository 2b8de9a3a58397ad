using Lamina.Contract;
using Lamina.Execution.Extensions;
using Lamina.Sandbox;

namespace Lamina.Execution.Environments;

/// <summary>What AWS says when the kernel refuses to execute the function's program.</summary>
internal static class EntrypointErrors
{
    private const int NoEntry = 2;
    private const int ExecFormat = 8;
    private const int Access = 13;

    public static EnvironmentEnd Of(SandboxException exception, EnvironmentPlan plan)
    {
        if (plan.IsWrapped)
        {
            // AWS starts a wrapper by way of a shell, whose exit status it then reports (recorded).
            int status = exception.Errno == NoEntry ? 127 : 126;
            return new EnvironmentEnd(EndReason.Exit, ErrorPayloads.ExitError, ErrorPayloads.ExitStatusMessage(status));
        }

        string? reason = ReasonOf(exception);
        if (reason is not null && exception.Step == "chdir")
        {
            return new EnvironmentEnd(EndReason.InvalidEntrypoint, ErrorPayloads.InvalidWorkingDirectory, $"chdir {plan.Process.WorkingDirectory}: {reason}");
        }

        string program = plan.Process.Arguments[0];
        if (exception.Errno == NoEntry && !program.Contains('/', StringComparison.Ordinal))
        {
            return new EnvironmentEnd(EndReason.InvalidEntrypoint, ErrorPayloads.InvalidEntrypoint, $"Couldn't find valid bootstrap(s): [{program}]");
        }

        return reason is null
            ? EnvironmentEnd.PlatformFailure(exception)
            : new EnvironmentEnd(EndReason.InvalidEntrypoint, ErrorPayloads.InvalidEntrypoint, $"fork/exec {program}: {reason}");
    }

    public static EnvironmentEnd OfExtension(SandboxException exception, Extension extension, string path)
    {
        extension.State = ExtensionState.LaunchError;
        extension.ErrorType = exception.Errno == Access ? "PermissionDenied" : "UnknownError";
        return new EnvironmentEnd(
            EndReason.Extension, ErrorPayloads.ExtensionLaunchError, $"fork/exec {path}: {ReasonOf(exception) ?? "the process could not be started"}");
    }

    public static EnvironmentEnd OfTooMany(Extension extension)
    {
        extension.State = ExtensionState.LaunchError;
        extension.ErrorType = "TooManyExtensions";
        extension.HasEnded = true;
        return new EnvironmentEnd(
            EndReason.Extension, ErrorPayloads.ExtensionLaunchError, $"Extension limit ({Limits.ExtensionsPerEnvironment}) reached");
    }

    private static string? ReasonOf(SandboxException exception) => exception.Errno switch
    {
        NoEntry => "no such file or directory",
        ExecFormat => "exec format error",
        Access => "permission denied",
        _ => null,
    };
}
