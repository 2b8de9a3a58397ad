using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Faults;

/// <summary>A value that must be of one kind, and whose fault it is when it is not.</summary>
internal readonly struct Expected
{
    private readonly TemplateNode? _value;
    private readonly string _path;
    private readonly Func<string, TemplatePosition, Exception> _fault;
    private readonly string _noun;

    private Expected(TemplateNode? value, string path, string noun, Func<string, TemplatePosition, Exception> fault)
    {
        _value = value is TemplateNull ? null : value;
        _path = path;
        _noun = noun;
        _fault = fault;
    }

    public static Expected Property(TemplateNode? value, string logicalId, string path) =>
        new(value, path, "Property", (message, position) => new SamResourceException(logicalId, message, path, position));

    /// <summary>What stands beside Properties: Connectors, Properties itself.</summary>
    public static Expected Attribute(TemplateNode? value, string logicalId, string path) =>
        new(value, path, "Attribute", (message, position) => new SamResourceException(logicalId, message, path, position));

    public static Expected OfEvent(TemplateNode? value, string eventId, string path) =>
        new(value, path, "Property", (message, position) => new SamEventException(eventId, message, path, position));

    public TemplateMap ToBeMap(string? message = null) => _value as TemplateMap ?? throw Fault("map", message);

    public TemplateList ToBeList(string? message = null) => _value as TemplateList ?? throw Fault("list", message);

    public TemplateText ToBeString(string? message = null) => _value as TemplateText ?? throw Fault("string", message);

    public void ToBeBoolean()
    {
        if (_value is not TemplateBool)
        {
            throw Fault("boolean", null);
        }
    }

    public TemplateNode ToBeGiven(string? message = null) => _value ?? throw _fault(message ?? $"Property '{_path}' is required.", default);

    /// <summary>A list whose items are strings; the fault names the item.</summary>
    public TemplateList ToBeListOfStrings()
    {
        TemplateList list = ToBeList();
        for (int index = 0; index < list.Count; index++)
        {
            new Expected(list[index], $"{_path}[{index}]", "Property", _fault).ToBeString();
        }

        return list;
    }

    private Exception Fault(string kind, string? message) => _fault(message ?? $"{_noun} '{_path}' should be a {kind}.", _value?.Position ?? default);
}
