using System.Collections.Concurrent;
using Lamina.Contract;

namespace Lamina.Functions;

/// <summary>
/// Updates whose end no client has seen yet. AWS needs seconds for what takes milliseconds here, and refuses another update meanwhile:
/// who does not wait for the end of an update meets the conflict here as well, for <see cref="Limits.UnseenUpdate"/>, and who asks how the
/// function stands, invokes or lists it has waited. Kept in memory only; thread-safe.
/// </summary>
public sealed class UnseenUpdates(TimeProvider time)
{
    /// <summary>More than this many, and those that are over by themselves are taken out.</summary>
    private const int Tidy = 256;

    private readonly ConcurrentDictionary<FunctionArn, long> _begun = new();

    /// <summary>Read without a lock by every invocation; only ever wrong in the instant of a change.</summary>
    private volatile bool _any;

    /// <summary>A client was told that this update is in progress.</summary>
    internal void Begin(FunctionArn function)
    {
        if (_begun.Count > Tidy)
        {
            foreach ((FunctionArn old, long begun) in _begun)
            {
                if (IsOver(begun))
                {
                    _begun.TryRemove(new KeyValuePair<FunctionArn, long>(old, begun));
                }
            }
        }

        _begun[function] = time.GetTimestamp();
        _any = true;
    }

    internal void See(FunctionArn function)
    {
        if (_any)
        {
            _begun.TryRemove(function, out _);
        }
    }

    internal void SeeAll()
    {
        if (_any)
        {
            _any = false;
            _begun.Clear();
        }
    }

    internal bool Contains(FunctionArn function) => _any && _begun.TryGetValue(function, out long begun) && !IsOver(begun);

    private bool IsOver(long begun) => time.GetElapsedTime(begun) >= Limits.UnseenUpdate;
}
