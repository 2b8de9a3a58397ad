using Lamina.Contract;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Lamina.Stacks.Templates;

/// <summary>
/// Reads a template from YAML 1.1: event by event, with CloudFormation's short intrinsic functions (<c>!Ref</c>, <c>!GetAtt a.b</c>,
/// <c>!Sub</c>, …) written out, anchors, aliases and merge keys. An alias is a copy of what it names, and every copy counts.
/// </summary>
internal sealed class YamlTemplateReader
{
    private const string MergeKey = "<<";
    private const string YamlTags = "tag:yaml.org,2002:";

    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, TemplateNode> _anchors = [];
    private int _values;
    private int _depth;
    private TemplatePosition _last = new(1, 1);

    private YamlTemplateReader(string text) => _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));

    public static TemplateNode Read(string text)
    {
        YamlTemplateReader reader = new(text);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException error)
        {
            throw new TemplateException(PositionOf(error.Start), error.InnerException?.Message ?? error.Message);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException)
        {
            // The scanner gives up this way on some of what is no YAML.
            throw new TemplateException(reader._last, "The template is not well-formed YAML from here on.");
        }
    }

    private static TemplatePosition PositionOf(Mark mark) => new((int)Math.Max(mark.Line, 1), (int)Math.Max(mark.Column, 1));

    private TemplateNode ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            return new TemplateNull { Position = new(1, 1) };
        }

        _parser.Consume<DocumentStart>();
        TemplateNode root = ReadNode();
        _parser.Consume<DocumentEnd>();
        return _parser.Accept<DocumentStart>(out DocumentStart? second)
            ? throw new TemplateException(PositionOf(second.Start), "A template is one document; a second one starts here.")
            : root;
    }

    private TemplateNode ReadNode()
    {
        ParsingEvent next = _parser.Current!;
        TemplatePosition position = PositionOf(next.Start);
        _last = position;
        if (next is AnchorAlias)
        {
            return ReadAlias(position);
        }

        Count(1, position);
        NodeEvent node = (NodeEvent)next;
        TemplateNode value = node switch
        {
            Scalar => ReadScalar(_parser.Consume<Scalar>(), position),
            SequenceStart start => Tagged(start.Tag, ReadSequence(position), position),
            _ => Tagged(node.Tag, ReadMapping(position), position),
        };
        if (!node.Anchor.IsEmpty)
        {
            _anchors[node.Anchor] = value;
        }

        return value;
    }

    private TemplateNode ReadAlias(TemplatePosition position)
    {
        AnchorAlias alias = _parser.Consume<AnchorAlias>();
        TemplateNode value = _anchors.TryGetValue(alias.Value, out TemplateNode? named)
            ? named : throw new TemplateException(position, $"The alias '*{alias.Value}' names no anchor before it.");
        Count(SizeOf(value), position);
        return value.Copy();
    }

    private static int SizeOf(TemplateNode node) => node switch
    {
        TemplateMap map => 1 + map.Entries.Sum(static entry => SizeOf(entry.Value)),
        TemplateList list => 1 + list.Sum(SizeOf),
        _ => 1,
    };

    private void Count(int values, TemplatePosition position)
    {
        _values += values;
        if (_values > Limits.TemplateValues)
        {
            throw new TemplateException(position, $"The template holds more than {Limits.TemplateValues} values when its aliases are written out.");
        }
    }

    private void Enter(TemplatePosition position)
    {
        if (++_depth > Limits.TemplateDepth)
        {
            throw new TemplateException(position, $"The template is nested deeper than {Limits.TemplateDepth} levels.");
        }
    }

    private static TemplateNode ReadScalar(Scalar scalar, TemplatePosition position)
    {
        if (scalar.Tag is { IsEmpty: false, IsNonSpecific: false })
        {
            return TaggedScalar(scalar.Tag.Value, scalar.Value, position);
        }

        return scalar is { Style: ScalarStyle.Plain, IsPlainImplicit: true }
            ? YamlScalar.Resolve(scalar.Value, position)
            : new TemplateText(scalar.Value) { Position = position };
    }

    private static TemplateNode TaggedScalar(string tag, string text, TemplatePosition position)
    {
        if (tag.StartsWith('!'))
        {
            return tag == "!GetAtt" && text.Split('.', 2) is { Length: 2 } parts
                ? Function(tag, new TemplateList([Text(parts[0], position), Text(parts[1], position)]) { Position = position }, position)
                : Function(tag, tag == "!GetAtt" ? new TemplateList([Text(text, position)]) { Position = position } : Text(text, position), position);
        }

        TemplateNode? value = tag switch
        {
            $"{YamlTags}str" or $"{YamlTags}binary" or $"{YamlTags}timestamp" => Text(text, position),
            $"{YamlTags}int" or $"{YamlTags}float" => YamlScalar.Number(text, position),
            $"{YamlTags}bool" => YamlScalar.Boolean(text, position),
            $"{YamlTags}null" => new TemplateNull { Position = position },
            _ => null,
        };
        return value ?? throw new TemplateException(position, $"'{text}' does not go with the tag '{tag}'.");
    }

    private static TemplateText Text(string text, TemplatePosition position) => new(text) { Position = position };

    private static TemplateNode Tagged(TagName tag, TemplateNode value, TemplatePosition position) =>
        tag is { IsEmpty: false, IsNonSpecific: false } && tag.Value.StartsWith('!') ? Function(tag.Value, value, position) : value;

    private static TemplateMap Function(string tag, TemplateNode value, TemplatePosition position) => new()
    {
        Position = position,
        [tag is "!Ref" or "!Condition" ? tag[1..] : $"Fn::{tag[1..]}"] = value,
    };

    private TemplateList ReadSequence(TemplatePosition position)
    {
        Enter(position);
        _parser.Consume<SequenceStart>();
        TemplateList list = new() { Position = position };
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            list.Add(ReadNode());
        }

        _depth--;
        return list;
    }

    private TemplateMap ReadMapping(TemplatePosition position)
    {
        Enter(position);
        _parser.Consume<MappingStart>();
        TemplateMap map = new() { Position = position };
        List<TemplateMap> merged = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            TemplatePosition place = PositionOf(_parser.Current!.Start);
            bool isMerge = _parser.Current is Scalar { Value: MergeKey, Style: ScalarStyle.Plain };
            string name = KeyOf(ReadNode(), place);
            TemplateNode value = ReadNode();
            if (isMerge)
            {
                merged.AddRange(MapsToMerge(value, place));
            }
            else if (map.Has(name))
            {
                throw new TemplateException(place, $"The key '{name}' stands twice in one map.");
            }
            else
            {
                map.Set(name, value);
            }
        }

        _depth--;
        return merged.Count == 0 ? map : Merged(map, merged, position);
    }

    private static string KeyOf(TemplateNode node, TemplatePosition position) => node switch
    {
        TemplateText text => text.Value,
        TemplateNumber number => number.Digits,
        TemplateBool boolean => boolean.Value ? "true" : "false",
        TemplateNull => "null",
        _ => throw new TemplateException(position, "A key is a string, not a map or a list."),
    };

    private static IEnumerable<TemplateMap> MapsToMerge(TemplateNode value, TemplatePosition position) => value switch
    {
        TemplateMap map => [map],
        TemplateList list when list.All(static item => item is TemplateMap) => list.Cast<TemplateMap>(),
        _ => throw new TemplateException(position, $"'{MergeKey}' takes a map or a list of maps."),
    };

    /// <summary>What is merged comes first and yields to the map's own keys; of several, the first that has a key wins.</summary>
    private static TemplateMap Merged(TemplateMap own, List<TemplateMap> others, TemplatePosition position)
    {
        TemplateMap merged = new() { Position = position };
        foreach (TemplateMap source in others.AsEnumerable().Reverse().Append(own))
        {
            merged.Merge(source);
        }

        return merged;
    }
}
