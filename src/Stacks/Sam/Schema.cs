using System.Globalization;
using Lamina.Stacks.Sam.Data;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>
/// Nested properties checked down to the leaves, from schemas.json: resource types that AWS's transform validates by a model. A value
/// may be taken for another kind (a number for a string); what is read is the value as it was taken.
/// </summary>
internal sealed class Schema
{
    private static readonly Lazy<TemplateMap> All = new(static () => (TemplateMap)DataFile.ReadJson("schemas.json"));

    private readonly List<SchemaFault> _faults = [];

    /// <summary>The value as taken, without what is null.</summary>
    /// <exception cref="SamResourceException">A value does not go with the schema; the first is told.</exception>
    public static TemplateMap Read(string name, string logicalId, TemplateMap value)
    {
        TemplateMap read = Read(name, value, out List<SchemaFault> faults);
        return faults.Count == 0 ? read : throw new SamResourceException(
            logicalId, $"Property '{faults[0].DottedPath}' is invalid.", faults[0].DottedPath);
    }

    public static TemplateMap Read(string name, TemplateMap value, out List<SchemaFault> faults)
    {
        Schema schema = new();
        TemplateMap read = schema.Model(name, value, []);
        faults = schema._faults;
        return read;
    }

    private TemplateMap Model(string name, TemplateMap value, string[] path)
    {
        TemplateMap schema = (TemplateMap)All.Value[name]!;
        TemplateMap read = new() { Position = value.Position };
        foreach ((TemplateKey key, TemplateNode node) in schema.Entries)
        {
            string kinds = ((TemplateText)node).Value;
            string[] place = [.. path, key.Name];
            if (value[key.Name] is { } given)
            {
                read.Set(key.Name, Value(kinds.TrimStart('!'), given, place));
            }
            else if (kinds.StartsWith('!'))
            {
                _faults.Add(value.Has(key.Name) ? new(place, "none is not an allowed value", "type_error.none.not_allowed")
                    : new(place, "field required", "value_error.missing"));
            }
        }

        foreach (string extra in value.Names.Where(one => !schema.Has(one)))
        {
            _faults.Add(new([.. path, extra], "extra fields not permitted", "value_error.extra"));
        }

        return read;
    }

    /// <summary>The value as the first kind takes it that can; the faults of all where none can.</summary>
    private TemplateNode Value(string kinds, TemplateNode value, string[] path)
    {
        int before = _faults.Count;
        foreach (string kind in PropertyRule.Alternatives(kinds))
        {
            int tried = _faults.Count;
            TemplateNode read = Kind(kind, value, path);
            if (_faults.Count == tried)
            {
                _faults.RemoveRange(before, tried - before);
                return read;
            }
        }

        return value;
    }

    private TemplateNode Kind(string kind, TemplateNode value, string[] path)
    {
        if (kind.StartsWith('@'))
        {
            return MapOf(value) is { } map ? Model(kind[1..], map, path) : Fault(path, "value is not a valid dict", "type_error.dict");
        }

        if (kind.StartsWith("list<", StringComparison.Ordinal))
        {
            return value is TemplateList list
                ? new TemplateList(list.Select((item, index) => Value(kind[5..^1], item, [.. path, index.ToString(CultureInfo.InvariantCulture)])).ToArray())
                : Fault(path, "value is not a valid list", "type_error.list");
        }

        if (kind.StartsWith("map<", StringComparison.Ordinal))
        {
            return MapOf(value) is { } map ? Values(kind[4..^1], map, path) : Fault(path, "value is not a valid dict", "type_error.dict");
        }

        return Leaf(kind, value) ?? LeafFault(kind, value, path);
    }

    private TemplateMap Values(string kinds, TemplateMap map, string[] path)
    {
        TemplateMap read = new() { Position = map.Position };
        foreach ((TemplateKey key, TemplateNode value) in map.Entries)
        {
            read.Set(key, Value(kinds, value, [.. path, key.Name]));
        }

        return read;
    }

    private TemplateNull Fault(string[] path, string message, string kind)
    {
        _faults.Add(new SchemaFault(path, message, kind));
        return (TemplateNull)TemplateNull.Instance;
    }

    private static TemplateNode? Leaf(string kind, TemplateNode value) => kind switch
    {
        "any" => value,
        "map" => MapOf(value),
        "string" => value is TemplateNumber or TemplateBool ? Python27.Print(value) : value as TemplateText,
        "bool" => BooleanOf(value),
        "int" => IntegerOf(value),
        "float" => NumberOf(value) is { } number ? new TemplateNumber(TemplateNumber.Shortest(number), isInteger: false) : null,
        _ => value is TemplateText text && ChoicesOf(kind).Contains(text.Value) ? value : null,
    };

    /// <summary>What is empty goes as an empty map.</summary>
    private static TemplateMap? MapOf(TemplateNode value) =>
        value as TemplateMap ?? (value is TemplateList { Count: 0 } or TemplateText { Value: "" } ? new TemplateMap { Position = value.Position } : null);

    private static TemplateNode? BooleanOf(TemplateNode value) => value switch
    {
        TemplateBool => value,
        TemplateNumber { Digits: "1" } => true,
        TemplateNumber { Digits: "0" } => false,
        TemplateText text => text.Value.ToLowerInvariant() switch
        {
            "1" or "on" or "t" or "true" or "y" or "yes" => true,
            "0" or "off" or "f" or "false" or "n" or "no" => false,
            _ => null,
        },
        _ => null,
    };

    private static TemplateNode? IntegerOf(TemplateNode value) => value is TemplateNumber { IsInteger: true } ? value
        : value is TemplateText text && !long.TryParse(text.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? null
            : NumberOf(value) is { } number
                ? new TemplateNumber(Math.Truncate(number).ToString("F0", CultureInfo.InvariantCulture), isInteger: true) : null;

    private static double? NumberOf(TemplateNode value) => value switch
    {
        TemplateNumber number => double.Parse(number.Digits, CultureInfo.InvariantCulture),
        TemplateBool boolean => boolean.Value ? 1 : 0,
        TemplateText text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) => parsed,
        _ => null,
    };

    private static string[] ChoicesOf(string kind) => kind["literal(".Length..^1].Split(',');

    private TemplateNode LeafFault(string kind, TemplateNode value, string[] path) => kind switch
    {
        "map" => Fault(path, "value is not a valid dict", "type_error.dict"),
        "string" => Fault(path, "str type expected", "type_error.str"),
        "bool" => Fault(path, "value could not be parsed to a boolean", "type_error.bool"),
        "int" => Fault(path, "value is not a valid integer", "type_error.integer"),
        "float" => Fault(path, "value is not a valid float", "type_error.float"),
        _ => Fault(
            path, $"unexpected value; permitted: {string.Join(", ", ChoicesOf(kind).Select(static choice => $"'{choice}'"))}",
            $"value_error.const; given={Python27.Print(value)}; permitted=({string.Join(", ", ChoicesOf(kind).Select(static choice => $"'{choice}'"))})"),
    };
}
