namespace Lamina.Companions.Logs;

/// <summary>Which groups have a file open to write to. Those that were written to least lately close theirs: there may be as many groups as functions.</summary>
internal sealed class OpenLogs(int limit)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<GroupLog> _order = new(); // the newest last
    private readonly Dictionary<GroupLog, LinkedListNode<GroupLog>> _nodes = [];

    /// <summary>The group was written to. Outside its lock: another's may be taken.</summary>
    public void Use(GroupLog log)
    {
        GroupLog? oldest = null;
        lock (_lock)
        {
            if (_nodes.TryGetValue(log, out LinkedListNode<GroupLog>? node))
            {
                _order.Remove(node);
                _order.AddLast(node);
            }
            else
            {
                _nodes[log] = _order.AddLast(log);
            }

            if (_nodes.Count > limit)
            {
                oldest = _order.First!.Value;
                Remove_NeedsLock(oldest);
            }
        }

        oldest?.Rest();
    }

    /// <summary>The group is closed.</summary>
    public void Remove(GroupLog log)
    {
        lock (_lock)
        {
            Remove_NeedsLock(log);
        }
    }

    private void Remove_NeedsLock(GroupLog log)
    {
        if (_nodes.Remove(log, out LinkedListNode<GroupLog>? node))
        {
            _order.Remove(node);
        }
    }
}
