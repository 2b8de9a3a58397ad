using System.Text;

namespace Lamina.Stacks.Templates;

/// <summary>
/// The order in which CPython 2.7 goes over a dictionary's string keys: open addressing over 2ⁿ slots by the string's hash (64 bits,
/// not randomised). Keys removed leave a mark that holds their slot until the table grows, as in dictobject.c.
/// </summary>
internal sealed class Python27KeyOrder
{
    private const int SmallestTable = 8;
    private const int LargeDictionary = 50_000;
    private const int PerturbShift = 5;

    private static readonly string Removed = new(['\0']);

    private Slot[] _slots = new Slot[SmallestTable];
    private int _used;
    private int _filled;

    // Documents are copied far more often than they are gone over: a copy shares the table until one of the two changes, and what its own
    // table would be is found out when it is asked for.
    private bool _isShared;
    private int _rebuilds;

    public IEnumerable<string> Keys
    {
        get
        {
            Rebuild();
            return KeysIn(_slots);
        }
    }

    public void Add(string key) => Change(key, HashOf(key), isRemoval: false);

    public void Remove(string key) => Change(key, HashOf(key), isRemoval: true);

    /// <summary>Adds many keys at once, for which the table grows beforehand.</summary>
    public void Merge(string[] keys)
    {
        Rebuild();
        if (keys.Length > 0 && (_filled + keys.Length) * 3 >= _slots.Length * 2)
        {
            Resize((_used + keys.Length) * 2);
        }

        foreach (string key in keys)
        {
            Add(key);
        }
    }

    /// <summary>As a new table with the keys added one by one.</summary>
    public Python27KeyOrder Rebuilt()
    {
        _isShared = true;
        return new Python27KeyOrder { _slots = _slots, _used = _used, _filled = _filled, _isShared = true, _rebuilds = _rebuilds + 1 };
    }

    private static IEnumerable<string> KeysIn(Slot[] slots)
    {
        foreach (Slot slot in slots)
        {
            if (slot.Holds)
            {
                yield return slot.Key!;
            }
        }
    }

    private void Change(string key, ulong hash, bool isRemoval)
    {
        Rebuild();
        int index = SlotOf(_slots, key, hash);
        Slot there = _slots[index];
        if (there.Holds != isRemoval)
        {
            return;
        }

        if (_isShared)
        {
            _slots = (Slot[])_slots.Clone();
            _isShared = false;
        }

        if (isRemoval)
        {
            _slots[index] = new Slot(Removed, 0);
            _used--;
            return;
        }

        Put(index, key, hash);
        if (_filled * 3 >= _slots.Length * 2)
        {
            Resize(_used * (_used > LargeDictionary ? 2 : 4));
        }
    }

    private void Put(int index, string key, ulong hash)
    {
        _filled += _slots[index].Key is null ? 1 : 0;
        _slots[index] = new Slot(key, hash);
        _used++;
    }

    /// <summary>
    /// Builds the table as often as copies were taken. Where keys collide a table may be another each time; sooner or later one comes again,
    /// mostly the first, and the ones after it with it.
    /// </summary>
    private void Rebuild()
    {
        if (_rebuilds == 0)
        {
            return;
        }

        List<Slot[]> seen = [];
        Slot[] last = _slots;
        int left = _rebuilds;
        _rebuilds = 0;
        _isShared = false;
        while (left > 0)
        {
            BuildFrom(last);
            left--;
            int first = seen.FindIndex(table => SameKeys(table, _slots));
            if (first >= 0)
            {
                // The tables from there on come again and again; seen[first] is the one just built.
                Slot[] cycled = seen[first + (left % (seen.Count - first))];
                if (!ReferenceEquals(cycled, _slots))
                {
                    UseCopyOf(cycled);
                }

                return;
            }

            last = _slots;
            seen.Add(_slots);
        }
    }

    /// <summary>A new table with the keys of another, added one by one.</summary>
    private void BuildFrom(Slot[] source)
    {
        _slots = new Slot[SmallestTable];
        _used = _filled = 0;
        foreach (Slot slot in source)
        {
            if (slot.Holds)
            {
                Put(SlotOf(_slots, slot.Key!, slot.Hash), slot.Key!, slot.Hash);
                if (_filled * 3 >= _slots.Length * 2)
                {
                    Resize(_used * (_used > LargeDictionary ? 2 : 4));
                }
            }
        }
    }

    private void UseCopyOf(Slot[] table)
    {
        _slots = (Slot[])table.Clone();
        _used = _filled = table.Count(static slot => slot.Holds);
    }

    private static bool SameKeys(Slot[] left, Slot[] right) => left.AsSpan().SequenceEqual(right);

    private static ulong HashOf(string key)
    {
        if (key.Length == 0)
        {
            return 0;
        }

        ulong hash = 0;
        int length = 0;
        foreach (Rune rune in key.EnumerateRunes())
        {
            hash = length == 0 ? (ulong)rune.Value << 7 : hash;
            hash = unchecked(1000003 * hash) ^ (ulong)rune.Value;
            length++;
        }

        return hash ^ (ulong)length;
    }

    private static int SlotOf(Slot[] slots, string key, ulong hash)
    {
        ulong mask = (ulong)slots.Length - 1;
        ulong perturb = hash;
        ulong walker = perturb & mask;
        int free = -1;
        while (true)
        {
            int index = (int)(walker & mask);
            Slot there = slots[index];
            if (there.Key is null)
            {
                return free < 0 ? index : free;
            }

            if (!there.Holds)
            {
                free = free < 0 ? index : free;
            }
            else if (there.Hash == hash && there.Key == key)
            {
                return index;
            }

            walker = unchecked((walker << 2) + walker + perturb + 1);
            perturb >>= PerturbShift;
        }
    }

    private void Resize(int request)
    {
        int size = SmallestTable;
        while (size <= request)
        {
            size <<= 1;
        }

        Slot[] before = _slots;
        _slots = new Slot[size];
        _isShared = false;
        _used = _filled = 0;
        foreach (Slot slot in before)
        {
            if (slot.Holds)
            {
                Put(SlotOf(_slots, slot.Key!, slot.Hash), slot.Key!, slot.Hash);
            }
        }
    }

    /// <param name="Key">Null: never used.</param>
    private readonly record struct Slot(string? Key, ulong Hash)
    {
        public bool Holds => Key is not null && !ReferenceEquals(Key, Removed);
    }
}
