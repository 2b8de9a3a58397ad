using System.Collections.Immutable;

namespace Lamina.Execution.Shells;

/// <summary>What an interpreter is given before it imports in advance: all that environments of one function version have, whatever its code.</summary>
/// <param name="Key">A digest of all the rest, and of whose it is. What was primed with another key is of no use.</param>
/// <param name="Layers">What /opt shows, as the host sees it.</param>
/// <param name="Variables">As NAME=value, without those of one environment.</param>
internal sealed record PrimePlan(
    string Key, ShellKind Kind, ImmutableArray<string> Layers, ImmutableArray<string> Variables, long TmpSizeBytes, long MemoryBytes);

/// <summary>With leases of the layers: held while nobody else holds them for the sandbox.</summary>
internal sealed record HeldPrimePlan(PrimePlan Plan, ImmutableArray<IDisposable> Held) : IDisposable
{
    public void Dispose()
    {
        foreach (IDisposable lease in Held)
        {
            lease.Dispose();
        }
    }
}
