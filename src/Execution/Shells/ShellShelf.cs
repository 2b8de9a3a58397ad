namespace Lamina.Execution.Shells;

/// <summary>The ready shells of one kind, and who may come for them. Guarded by the pool's lock.</summary>
internal sealed class ShellShelf(ShellKind kind)
{
    /// <summary>Spare ones for a function that needs a second environment, and for one nobody has announced.</summary>
    private const int Spare = 2;

    private readonly List<Shell> _ready = [];
    private readonly HashSet<string> _expected = new(StringComparer.Ordinal);

    public ShellKind Kind => kind;

    public int Ready => _ready.Count;

    public long ReadyBytes => _ready.Sum(static shell => shell.MemoryBytes);

    /// <summary>Bytes that one more is likely to cost.</summary>
    public long BytesOfOne { get; private set; } = kind.Interpreter is null ? 1 << 20 : 24 << 20;

    /// <summary>When somebody last asked for one, or was announced.</summary>
    public long LastWanted { get; set; }

    /// <summary>Until when none is tried, after one could not be made.</summary>
    public long BrokenUntil { get; set; }

    /// <summary>How many more there should be.</summary>
    public int Missing => Math.Max(0, _expected.Count + Spare - _ready.Count);

    public void Expect(string function) => _expected.Add(function);

    /// <summary>The function has an environment now, or is gone. False: it was not expected.</summary>
    public bool Forget(string function) => _expected.Remove(function);

    /// <summary>The oldest, where there are more than anybody may come for; else null.</summary>
    public Shell? TakeSurplus() => _ready.Count > _expected.Count + Spare ? TakeAt(0) : null;

    public void Add(Shell shell)
    {
        _ready.Add(shell);
        BytesOfOne = shell.MemoryBytes;
    }

    /// <summary>The newest, whose memory is still in the caches.</summary>
    public Shell? Take() => _ready.Count == 0 ? null : TakeAt(_ready.Count - 1);

    private Shell TakeAt(int index)
    {
        Shell shell = _ready[index];
        _ready.RemoveAt(index);
        return shell;
    }
}
