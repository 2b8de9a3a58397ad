namespace Lamina.Cli;

/// <summary>What went wrong, where, and what to do about it; printed on standard error by Program, never as a stack trace.</summary>
internal sealed class CliError : Exception
{
    public CliError(string what, string? where, string? fix, Exception? inner = null)
        : base(what, inner)
    {
        Where = where;
        Fix = fix;
    }

    public string? Where { get; }

    public string? Fix { get; }
}
