namespace Lamina.Execution.Shells;

/// <summary>A shell whose interpreter has imported what one function imports out of its layers.</summary>
internal sealed class PrimedShell(Shell shell, HeldPrimePlan plan, ImportReport report) : IAsyncDisposable
{
    public Shell Shell => shell;

    public string Key => plan.Plan.Key;

    public long MemoryBytes => shell.MemoryBytes;

    /// <summary>Whether it is, to a function with this code, as if it had imported by itself.</summary>
    public bool Serves(string taskDirectory) => shell.IsAlive && !report.IsCoveredBy(taskDirectory);

    /// <summary>The environment that it becomes holds the layers from now on.</summary>
    public Shell Release()
    {
        plan.Dispose();
        return shell;
    }

    public async ValueTask DisposeAsync()
    {
        await shell.DisposeAsync();
        plan.Dispose();
    }
}
