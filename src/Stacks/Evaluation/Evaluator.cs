using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>
/// Gives the value of what is written in a template: intrinsic functions are replaced by what they give. Facts: CloudFormation's user
/// guide, intrinsic function reference.
/// </summary>
internal sealed class Evaluator
{
    private static readonly FrozenDictionary<string, Func<Evaluator, TemplateNode, TemplateNode?>> Functions =
        new Dictionary<string, Func<Evaluator, TemplateNode, TemplateNode?>>(StringComparer.Ordinal)
        {
            ["Ref"] = static (self, arguments) => self.Ref(arguments),
            ["Fn::GetAtt"] = static (self, arguments) => self.GetAtt(arguments),
            ["Fn::Sub"] = static (self, arguments) => self.Sub(arguments),
            ["Fn::Join"] = static (self, arguments) => self.Join(arguments),
            ["Fn::Select"] = static (self, arguments) => self.Select(arguments),
            ["Fn::Split"] = static (self, arguments) => self.Split(arguments),
            ["Fn::If"] = static (self, arguments) => self.If(arguments),
            ["Fn::FindInMap"] = static (self, arguments) => self.FindInMap(arguments),
            ["Fn::ImportValue"] = static (self, arguments) => self.ImportValue(arguments),
            ["Fn::Base64"] = static (self, arguments) => Convert.ToBase64String(Encoding.UTF8.GetBytes(self.Text("Fn::Base64", arguments))),
            ["Fn::Cidr"] = static (self, arguments) => self.Cidr(arguments),
            ["Fn::GetAZs"] = static (self, arguments) => self.Zones(arguments),
            ["Fn::Length"] = static (self, arguments) => self.List("Fn::Length", arguments).Count,
            ["Fn::ToJsonString"] = static (self, arguments) => Json(self.Evaluate(arguments) ?? throw Fault("Fn::ToJsonString", "needs a value")),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly StackTemplate _template;
    private readonly EvaluationScope _scope;

    public Evaluator(StackTemplate template, EvaluationScope scope)
    {
        _template = template;
        _scope = scope;
        Conditions = new ConditionTable(template, this);
    }

    public ConditionTable Conditions { get; }

    /// <summary>Names of exports that were asked for, in the order of asking.</summary>
    public ISet<string> Imports { get; } = new SortedSet<string>(StringComparer.Ordinal);

    /// <summary>Null for what is not to be there: <c>AWS::NoValue</c>.</summary>
    /// <exception cref="Contract.AwsError">A function cannot be evaluated: ValidationError.</exception>
    public TemplateNode? Evaluate(TemplateNode? node)
    {
        switch (node)
        {
            case TemplateMap { Count: 1 } call when Functions.TryGetValue(call.FirstName, out Func<Evaluator, TemplateNode, TemplateNode?>? function):
                return function(this, call.FirstValue);
            case TemplateMap { Count: 1 } call when call.FirstName.StartsWith("Fn::", StringComparison.Ordinal):
                throw StackErrors.Template($"{call.FirstName} is not a function that can be used here.");
            case TemplateMap map:
                return EvaluateMap(map);
            case TemplateList list:
                return new TemplateList(list.Select(Evaluate).OfType<TemplateNode>());
            case TemplateText text:
                return DynamicReferences.Resolve(text, _scope.FindStoredParameter);
            default:
                return node is TemplateNull ? null : node;
        }
    }

    public TemplateMap EvaluateMap(TemplateMap map)
    {
        TemplateMap result = [];
        foreach ((TemplateKey key, TemplateNode value) in map.Entries)
        {
            if (Evaluate(value) is { } evaluated)
            {
                result.Set(key, evaluated);
            }
        }

        return result;
    }

    /// <summary>A scalar as text.</summary>
    public string Text(string function, TemplateNode? node) =>
        Scalars.TextOf(Evaluate(node)) ?? throw Fault(function, "must be given a string");

    internal TemplateNode? FindParameter(string name) => _scope.Values.GetValueOrDefault(name);

    private static string Json(TemplateNode node) => PropertiesJson.Write(node);

    private static string Name(string function, TemplateNode node) => Scalars.TextOf(node) ?? throw Fault(function, "must be given a name");

    private static Contract.AwsError Fault(string function, string what) => StackErrors.Template($"every {function} object {what}.");

    private static TemplateList Arguments(string function, TemplateNode node, int least, int most) =>
        node is TemplateList list && list.Count >= least && list.Count <= most ? list : throw Fault(function, $"must have {least} to {most} arguments");

    private TemplateNode? Ref(TemplateNode arguments)
    {
        string name = Name("Ref", arguments);
        return name == "AWS::NoValue" ? null : ReferenceTo(name) ?? throw StackErrors.Format(
            $"Unresolved resource dependencies [{name}] in the Resources block of the template");
    }

    private TemplateNode? ReferenceTo(string name) =>
        _scope.Values.GetValueOrDefault(name) ?? (_scope.FindResource(name) is { } resource ? new TemplateText(resource.Reference) : null);

    private TemplateNode GetAtt(TemplateNode arguments)
    {
        (string logicalId, string attribute) = arguments switch
        {
            TemplateText text when text.Value.IndexOf('.', StringComparison.Ordinal) is > 0 and int dot => (text.Value[..dot], text.Value[(dot + 1)..]),
            TemplateList { Count: >= 2 } list => (Name("Fn::GetAtt", list[0]), string.Join('.', list.Skip(1).Select(part => Text("Fn::GetAtt", part)))),
            _ => throw StackErrors.Template("Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute"),
        };
        return AttributeOf(logicalId, attribute);
    }

    private TemplateNode AttributeOf(string logicalId, string attribute)
    {
        ResourceValues resource = _scope.FindResource(logicalId)
            ?? throw StackErrors.Template($"instance of Fn::GetAtt references undefined resource {logicalId}");
        return resource.FindAttribute(attribute)
            ?? throw StackErrors.Validation($"Requested attribute {attribute} does not exist in schema for {resource.Type}");
    }

    private TemplateText Sub(TemplateNode arguments)
    {
        (string text, TemplateMap variables) = arguments switch
        {
            TemplateList { Count: 2 } list when list[1] is TemplateMap map => (Name("Fn::Sub", list[0]), map),
            TemplateList { Count: 1 } list => (Name("Fn::Sub", list[0]), []),
            _ => (Name("Fn::Sub", arguments), new TemplateMap()),
        };
        return new TemplateText(SubText.Replace(text, name => variables.Has(name)
            ? Text("Fn::Sub", variables[name])
            : TextNamed(name)));
    }

    private string TextNamed(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        TemplateNode? value = dot < 0 ? ReferenceTo(name) : AttributeOf(name[..dot], name[(dot + 1)..]);
        return Scalars.TextOf(value)
            ?? (value is TemplateList list ? string.Join(',', list.Select(Scalars.TextOf)) : null)
            ?? throw StackErrors.Format($"Unresolved resource dependencies [{name}] in the Resources block of the template");
    }

    private string Join(TemplateNode arguments)
    {
        TemplateList list = Arguments("Fn::Join", arguments, 2, 2);
        return string.Join(
            Name("Fn::Join", list[0]),
            List("Fn::Join", list[1]).Select(static item => Scalars.TextOf(item) ?? throw Fault("Fn::Join", "needs a list of strings")));
    }

    private TemplateNode Select(TemplateNode arguments)
    {
        TemplateList list = Arguments("Fn::Select", arguments, 2, 2);
        TemplateList from = List("Fn::Select", list[1]);
        return int.TryParse(Text("Fn::Select", list[0]), CultureInfo.InvariantCulture, out int index) && index >= 0 && index < from.Count
            ? from[index]
            : throw StackErrors.Template($"Fn::Select cannot select nonexistent value at index {Scalars.TextOf(Evaluate(list[0]))}");
    }

    private TemplateList Split(TemplateNode arguments)
    {
        TemplateList list = Arguments("Fn::Split", arguments, 2, 2);
        return new TemplateList(Text("Fn::Split", list[1]).Split(Text("Fn::Split", list[0])).Select(static part => new TemplateText(part)));
    }

    private TemplateNode? If(TemplateNode arguments)
    {
        TemplateList list = Arguments("Fn::If", arguments, 3, 3);
        return Evaluate(list[Conditions.IsTrue(Name("Fn::If", list[0])) ? 1 : 2]);
    }

    private TemplateNode FindInMap(TemplateNode arguments)
    {
        TemplateList list = Arguments("Fn::FindInMap", arguments, 3, 4);
        string[] names = [.. list.Take(3).Select(name => Text("Fn::FindInMap", name))];
        TemplateNode? found = ((_template.Mappings[names[0]] as TemplateMap)?[names[1]] as TemplateMap)?[names[2]];
        if (found is not null)
        {
            return found;
        }

        if (list.Count == 4 && list[3] is TemplateMap options && options.Has("DefaultValue") && Evaluate(options["DefaultValue"]) is { } fallback)
        {
            return fallback;
        }

        throw StackErrors.Template(_template.Mappings.Has(names[0])
            ? $"Unable to get mapping for {string.Join("::", names)}"
            : $"Mapping named '{names[0]}' is not present in the 'Mappings' section of template.");
    }

    private TemplateText ImportValue(TemplateNode arguments)
    {
        string name = Text("Fn::ImportValue", arguments);
        Imports.Add(name);
        return new TemplateText(_scope.FindExport(name) ?? throw StackErrors.Validation($"No export named {name} found."));
    }

    private TemplateList Cidr(TemplateNode arguments)
    {
        TemplateList list = Arguments("Fn::Cidr", arguments, 2, 3);
        int bits = list.Count == 3 ? Number(list[2]) : CidrBlocks.DefaultBits;
        return new TemplateList(CidrBlocks.Of(Text("Fn::Cidr", list[0]), Number(list[1]), bits).Select(static block => new TemplateText(block)));
    }

    private int Number(TemplateNode node) => int.TryParse(Text("Fn::Cidr", node), CultureInfo.InvariantCulture, out int number)
        ? number
        : throw StackErrors.Template("Fn::Cidr needs a number of blocks and of bits");

    /// <summary>Regions here have three zones each.</summary>
    private TemplateList Zones(TemplateNode arguments)
    {
        string region = Text("Fn::GetAZs", arguments) is { Length: > 0 } named ? named : _scope.Region;
        return new TemplateList(new[] { "a", "b", "c" }.Select(zone => new TemplateText(region + zone)));
    }

    private TemplateList List(string function, TemplateNode node) => Evaluate(node) as TemplateList ?? throw Fault(function, "needs a list");
}
