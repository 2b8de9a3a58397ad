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

    private string?[] _slots = new string?[SmallestTable];
    private int _used;
    private int _filled;

    public IEnumerable<string> Keys => _slots.Where(static slot => slot is not null && !ReferenceEquals(slot, Removed))!;

    public void Add(string key)
    {
        int index = SlotOf(key);
        string? there = _slots[index];
        if (there is not null && !ReferenceEquals(there, Removed))
        {
            return;
        }

        _slots[index] = key;
        _used++;
        _filled += there is null ? 1 : 0;
        if (_filled * 3 >= _slots.Length * 2)
        {
            Resize(_used * (_used > LargeDictionary ? 2 : 4));
        }
    }

    public void Remove(string key)
    {
        int index = SlotOf(key);
        if (_slots[index] is { } there && !ReferenceEquals(there, Removed))
        {
            _slots[index] = Removed;
            _used--;
        }
    }

    /// <summary>Adds many keys at once, for which the table grows beforehand.</summary>
    public void Merge(string[] keys)
    {
        if (keys.Length > 0 && (_filled + keys.Length) * 3 >= _slots.Length * 2)
        {
            Resize((_used + keys.Length) * 2);
        }

        foreach (string key in keys)
        {
            Add(key);
        }
    }

    /// <summary>A new table with the keys added one by one.</summary>
    public Python27KeyOrder Rebuilt()
    {
        Python27KeyOrder copy = new();
        foreach (string key in Keys)
        {
            copy.Add(key);
        }

        return copy;
    }

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

    private int SlotOf(string key)
    {
        ulong mask = (ulong)_slots.Length - 1;
        ulong perturb = HashOf(key);
        ulong walker = perturb & mask;
        int free = -1;
        while (true)
        {
            int index = (int)(walker & mask);
            string? there = _slots[index];
            if (there is null)
            {
                return free < 0 ? index : free;
            }

            if (ReferenceEquals(there, Removed))
            {
                free = free < 0 ? index : free;
            }
            else if (there == key)
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

        string[] keys = [.. Keys];
        _slots = new string?[size];
        _used = _filled = 0;
        foreach (string key in keys)
        {
            Add(key);
        }
    }
}
