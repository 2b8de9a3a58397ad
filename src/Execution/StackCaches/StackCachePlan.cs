using System.Collections.Immutable;
using Lamina.Execution.Shells;
using Lamina.Sandbox;

namespace Lamina.Execution.StackCaches;

/// <summary>Which cache an environment of a function may use.</summary>
/// <param name="Key">A digest of all that decides what is in it: interpreter, account, layers in their order.</param>
/// <param name="Family">The runtime's, as <c>nodejs</c>.</param>
/// <param name="Runtime">As INIT_START names it.</param>
/// <param name="Account">Whose functions share it.</param>
internal sealed record StackCachePlan(string Key, string Family, string Runtime, string Account);

/// <summary>How one is made, with leases of the layers and of what the interpreter comes from.</summary>
/// <param name="Maker">The sandbox, with /opt and nothing of a function, and the process that makes it.</param>
/// <param name="Sender">What sends the files of a maker that writes them when it exits; null: the maker does.</param>
internal sealed record HeldStackCachePlan(StackCachePlan Plan, ShellKind Maker, ProcessSpec? Sender, ImmutableArray<IDisposable> Held) : IDisposable
{
    public void Dispose()
    {
        foreach (IDisposable lease in Held)
        {
            lease.Dispose();
        }
    }
}
