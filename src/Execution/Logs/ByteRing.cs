namespace Lamina.Execution;

/// <summary>Bytes that come at the end and go from the beginning, in one array. Not for several threads at once.</summary>
internal sealed class ByteRing
{
    private const int LeastBytes = 1_024;

    private byte[] _bytes = [];
    private int _start;

    public int Length { get; private set; }

    /// <param name="usual">Bytes above which it does not grow for what may come, and to which it goes back from what was larger.</param>
    public void Append(ReadOnlySpan<byte> added, int usual)
    {
        int length = Length + added.Length;
        if (length > _bytes.Length || (_bytes.Length > usual && length <= usual))
        {
            Resize(Math.Max(length, Math.Min(usual, Math.Max(LeastBytes, 2 * _bytes.Length))));
        }

        int end = (_start + Length) % Math.Max(1, _bytes.Length);
        int first = Math.Min(added.Length, _bytes.Length - end);
        added[..first].CopyTo(_bytes.AsSpan(end));
        added[first..].CopyTo(_bytes);
        Length = length;
    }

    /// <summary>The oldest go.</summary>
    public void Drop(int count)
    {
        Length -= count;
        _start = Length == 0 ? 0 : (_start + count) % _bytes.Length;
    }

    /// <param name="start">Counted from the oldest that is there.</param>
    public byte[] Copy(int start, int length)
    {
        if (length == 0)
        {
            return [];
        }

        byte[] copy = new byte[length];
        int from = (_start + start) % _bytes.Length;
        int first = Math.Min(length, _bytes.Length - from);
        _bytes.AsSpan(from, first).CopyTo(copy);
        _bytes.AsSpan(0, length - first).CopyTo(copy.AsSpan(first));
        return copy;
    }

    /// <summary>Takes no more memory than what is there.</summary>
    public void TrimExcess() => Resize(Length);

    private void Resize(int size)
    {
        byte[] all = size == 0 ? [] : new byte[size];
        Copy(0, Length).CopyTo(all, 0);
        _bytes = all;
        _start = 0;
    }
}
