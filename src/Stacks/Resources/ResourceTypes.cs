using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Lamina.Stacks.Engine;

namespace Lamina.Stacks.Resources;

/// <summary>The types that stacks can have.</summary>
internal sealed class ResourceTypes
{
    public const string CustomPrefix = "Custom::";
    public const string CustomResource = "AWS::CloudFormation::CustomResource";

    private readonly FrozenDictionary<string, IResourceType> _types;
    private readonly FrozenSet<string> _allowed;

    /// <param name="allowedUnserved">Names of types that are only recorded, because the operator said so.</param>
    public ResourceTypes(IEnumerable<IResourceType> types, IEnumerable<string> allowedUnserved)
    {
        _types = types.ToFrozenDictionary(static type => type.Name, StringComparer.Ordinal);
        _allowed = allowedUnserved.ToFrozenSet(StringComparer.Ordinal);
    }

    public bool TryFind(string name, [NotNullWhen(true)] out IResourceType? type)
    {
        string known = name.StartsWith(CustomPrefix, StringComparison.Ordinal) ? CustomResource : name;
        type = _types.GetValueOrDefault(known) ?? (_allowed.Contains(name) ? new UnservedType(name) : null);
        return type is not null;
    }

    /// <summary>Of a resource that is there: its type may have been allowed by an earlier start of the server.</summary>
    public IResourceType Require(string name) => TryFind(name, out IResourceType? type) ? type : new UnservedType(name);

    /// <summary>Whether both, of one resource of a stack, are one thing outside it.</summary>
    public bool AreSame(PhysicalResource one, PhysicalResource? other) => Require(one.Type).IsSame(one, other);
}
