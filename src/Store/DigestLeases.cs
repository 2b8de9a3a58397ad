using Lamina.Contract;

namespace Lamina.Store;

/// <summary>
/// What work in flight needs and no root names yet. A *lease* holds stored things, named by their digests, from before they become
/// visible (or are relied on) until a catalog transaction names them. A *collection* deletes what neither the catalog nor a lease holds.
/// </summary>
/// <remarks>
/// Why nothing is lost, with no waiting on either side: a collection begins here and reads the catalog after that. A lease that ended
/// before had its transaction before, so the catalog names its things. One that ends later counts until the collection is over.
/// One that begins later meets what is being deleted as *doomed*: it cannot hold that, or waits and stores it anew.
/// </remarks>
public sealed class DigestLeases
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Sha256, int> _held = [];
    private readonly Dictionary<Sha256, TaskCompletionSource> _doomed = [];
    private readonly HashSet<Sha256> _endedMeanwhile = [];
    private bool _collecting;

    /// <summary>An empty lease.</summary>
    public DigestLease Begin() => new(this);

    /// <summary>One at a time.</summary>
    public IDisposable BeginCollection()
    {
        lock (_lock)
        {
            if (_collecting)
            {
                throw new InvalidOperationException("A collection is under way already.");
            }

            _collecting = true;
        }

        return new Collection(this);
    }

    public IReadOnlyList<Sha256> ListHeld()
    {
        lock (_lock)
        {
            return [.. _held.Keys, .. _endedMeanwhile];
        }
    }

    /// <summary>Deletes a thing unless a lease holds it, which is the answer false. Nobody gets a hold of it meanwhile.</summary>
    public bool TryDelete(Sha256 digest, Action<Sha256> delete)
    {
        TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_held.ContainsKey(digest) || _endedMeanwhile.Contains(digest) || !_doomed.TryAdd(digest, gone))
            {
                return false;
            }
        }

        try
        {
            delete(digest);
            return true;
        }
        finally
        {
            lock (_lock)
            {
                _doomed.Remove(digest);
            }

            gone.SetResult();
        }
    }

    /// <summary>Null when held now; otherwise completes when the deletion under way is over, and it is worth another try.</summary>
    internal Task? HoldOrWaitAsync(Sha256 digest)
    {
        lock (_lock)
        {
            if (_doomed.TryGetValue(digest, out TaskCompletionSource? gone))
            {
                return gone.Task;
            }

            _held[digest] = _held.GetValueOrDefault(digest) + 1;
            return null;
        }
    }

    internal bool TryHold(Sha256 digest)
    {
        lock (_lock)
        {
            if (_doomed.ContainsKey(digest))
            {
                return false;
            }

            _held[digest] = _held.GetValueOrDefault(digest) + 1;
            return true;
        }
    }

    internal void End(IEnumerable<Sha256> digests)
    {
        lock (_lock)
        {
            foreach (Sha256 digest in digests)
            {
                if (_collecting)
                {
                    _endedMeanwhile.Add(digest);
                }

                if (--_held[digest] == 0)
                {
                    _held.Remove(digest);
                }
            }
        }
    }

    private void EndCollection()
    {
        lock (_lock)
        {
            _collecting = false;
            _endedMeanwhile.Clear();
        }
    }

    private sealed class Collection(DigestLeases leases) : IDisposable
    {
        public void Dispose() => leases.EndCollection();
    }
}

/// <summary>What one piece of work holds, until it is disposed. Not thread-safe.</summary>
public sealed class DigestLease : IDisposable
{
    private readonly DigestLeases _leases;
    private readonly List<Sha256> _digests = [];

    internal DigestLease(DigestLeases leases) => _leases = leases;

    /// <summary>False when it is being deleted. Whether it is stored at all is to be looked up after this.</summary>
    public bool TryHold(Sha256 digest)
    {
        if (!_leases.TryHold(digest))
        {
            return false;
        }

        _digests.Add(digest);
        return true;
    }

    /// <summary>Waits when it is being deleted: then it is held, and absent.</summary>
    public async Task HoldAsync(Sha256 digest, CancellationToken cancellationToken)
    {
        while (_leases.HoldOrWaitAsync(digest) is { } deletion)
        {
            await deletion.WaitAsync(cancellationToken);
        }

        _digests.Add(digest);
    }

    public void Dispose()
    {
        _leases.End(_digests);
        _digests.Clear();
    }
}
