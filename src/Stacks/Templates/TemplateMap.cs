using System.Collections;

namespace Lamina.Stacks.Templates;

/// <summary>
/// Keys with values. A map keeps the order in which its keys came, or, when made so, the order in which Python 2.7 went over a
/// dictionary's keys: AWS's transform hashes documents in that order, and walks over resources and paths in it.
/// </summary>
internal sealed class TemplateMap : TemplateNode, IEnumerable<KeyValuePair<TemplateKey, TemplateNode>>
{
    private readonly OrderedDictionary<string, (TemplateKey Key, TemplateNode Value)> _entries;
    private Python27KeyOrder? _order;

    public TemplateMap(bool python27 = false)
        : this(0) => _order = python27 ? new Python27KeyOrder() : null;

    private TemplateMap(int capacity) => _entries = new(capacity, StringComparer.Ordinal);

    public int Count => _entries.Count;

    public bool IsPython27 => _order is not null;

    public override bool IsTruthy => _entries.Count > 0;

    /// <summary>The keys and values, in order, as they are now: the map may change while they are gone over.</summary>
    public KeyValuePair<TemplateKey, TemplateNode>[] Entries => _order is null
        ? [.. _entries.Values.Select(static entry => KeyValuePair.Create(entry.Key, entry.Value))]
        : [.. _order.Keys.Select(name => KeyValuePair.Create(_entries[name].Key, _entries[name].Value))];

    public IEnumerable<string> Names => _order is null ? _entries.Keys : _order.Keys;

    /// <summary>The one key of a map of one.</summary>
    public string FirstName => _entries.GetAt(0).Key;

    public TemplateNode FirstValue => _entries.GetAt(0).Value.Value;

    /// <summary>The value, or null where there is none or it is null.</summary>
    public TemplateNode? this[string name]
    {
        get => _entries.TryGetValue(name, out (TemplateKey Key, TemplateNode Value) entry) && entry.Value is not TemplateNull ? entry.Value : null;
        set => Set(name, value);
    }

    public bool Has(string name) => _entries.ContainsKey(name);

    /// <summary>As the first one wrote it: a key set again keeps its place and its kind.</summary>
    public TemplateKey KeyOf(string name) => _entries.TryGetValue(name, out (TemplateKey Key, TemplateNode Value) entry) ? entry.Key : name;

    public void Set(TemplateKey key, TemplateNode? value)
    {
        TemplateKey kept = _entries.TryGetValue(key.Name, out (TemplateKey Key, TemplateNode Value) entry) ? entry.Key : key;
        _entries[key.Name] = (kept, value ?? TemplateNull.Instance);
        _order?.Add(key.Name);
    }

    /// <summary>For collection initializers.</summary>
    public void Add(TemplateKey key, TemplateNode? value) => Set(key, value);

    /// <summary>The map that is there, or the one made.</summary>
    /// <exception cref="TemplateShapeException">What is there is no map.</exception>
    public TemplateMap GetOrSetMap(TemplateKey key) =>
        GetOrSet(key, static () => new TemplateMap()) is TemplateMap map ? map : throw new TemplateShapeException(this[key.Name], "map");

    /// <summary>The list that is there, or the one made.</summary>
    /// <exception cref="TemplateShapeException">What is there is no list.</exception>
    public TemplateList GetOrSetList(TemplateKey key) =>
        GetOrSet(key, static () => new TemplateList()) is TemplateList list ? list : throw new TemplateShapeException(this[key.Name], "list");

    /// <summary>The value that is there, null as well, or the one made.</summary>
    public TemplateNode GetOrSet(TemplateKey key, Func<TemplateNode> make)
    {
        if (!_entries.TryGetValue(key.Name, out (TemplateKey Key, TemplateNode Value) entry))
        {
            Set(key, make());
            entry = _entries[key.Name];
        }

        return entry.Value;
    }

    public void Remove(string name)
    {
        if (_entries.Remove(name))
        {
            _order?.Remove(name);
        }
    }

    public void Merge(TemplateMap other)
    {
        _order?.Merge([.. other.Names]);
        foreach ((TemplateKey key, TemplateNode value) in other.Entries)
        {
            Set(key, value);
        }
    }

    /// <summary>A copy of this map alone; the values are shared.</summary>
    public TemplateMap CopyFlat()
    {
        TemplateMap copy = new(IsPython27) { Position = Position };
        copy.Merge(this);
        return copy;
    }

    public override TemplateNode Copy()
    {
        TemplateMap copy = new(_entries.Count) { Position = Position };
        foreach ((TemplateKey key, TemplateNode value) in _entries.Values)
        {
            copy._entries.Add(key.Name, (key, value.Copy()));
        }

        copy._order = _order?.Rebuilt();
        return copy;
    }

    /// <summary>This map itself, with the keys below it in the order in which a copy would have them.</summary>
    public TemplateMap AsCopied()
    {
        Reorder(this, new HashSet<TemplateMap>(ReferenceEqualityComparer.Instance));
        return this;
    }

    private static void Reorder(TemplateNode node, HashSet<TemplateMap> seen)
    {
        switch (node)
        {
            case TemplateMap map when seen.Add(map):
                map._order = map._order?.Rebuilt();
                foreach ((TemplateKey _, TemplateNode value) in map._entries.Values)
                {
                    Reorder(value, seen);
                }

                break;
            case TemplateList list:
                foreach (TemplateNode item in list)
                {
                    Reorder(item, seen);
                }

                break;
        }
    }

    public override bool SameAs(TemplateNode? other) => other is TemplateMap map && map.Count == Count
        && _entries.All(entry => map._entries.TryGetValue(entry.Key, out (TemplateKey Key, TemplateNode Value) theirs)
            && entry.Value.Value.SameAs(theirs.Value));

    public IEnumerator<KeyValuePair<TemplateKey, TemplateNode>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<TemplateKey, TemplateNode>>)Entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
