using System.Collections;

namespace Lamina.Stacks.Templates;

internal sealed class TemplateList : TemplateNode, IEnumerable<TemplateNode>
{
    private readonly List<TemplateNode> _items;

    public TemplateList() => _items = [];

    public TemplateList(IEnumerable<TemplateNode> items) => _items = [.. items];

    public int Count => _items.Count;

    public override bool IsTruthy => _items.Count > 0;

    public TemplateNode this[int index]
    {
        get => _items[index];
        set => _items[index] = value;
    }

    public void Add(TemplateNode item) => _items.Add(item);

    public void AddRange(IEnumerable<TemplateNode> items) => _items.AddRange(items);

    public void Insert(int index, TemplateNode item) => _items.Insert(index, item);

    public void RemoveAt(int index) => _items.RemoveAt(index);

    public bool Holds(TemplateNode item) => _items.Exists(item.SameAs);

    public override TemplateNode Copy() => new TemplateList(_items.Select(static item => item.Copy())) { Position = Position };

    public override bool SameAs(TemplateNode? other) =>
        other is TemplateList list && list.Count == Count && _items.Zip(list._items).All(static pair => pair.First.SameAs(pair.Second));

    public IEnumerator<TemplateNode> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
