using System.Collections.Frozen;
using Lamina.Contract;
using Lamina.Stacks.Engine;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources;

/// <summary>
/// A type of resource: how one is made, changed and deleted in the room it belongs to. A call may be made again after a restart; then
/// <see cref="ResourceCall.IsRepeated"/> says so, with the same name, mark and token, and what is there already is taken as made.
/// What cannot be done is an <see cref="AwsError"/>; the engine words it as the resource's failure.
/// </summary>
internal interface IResourceType
{
    /// <summary>As templates name it: <c>AWS::Lambda::Function</c>.</summary>
    string Name { get; }

    ResourceShape Shape { get; }

    /// <summary>
    /// Looked up before the first try of a creation and kept: what tells a thing made by this try from others. Throws where a thing of
    /// this name is there already, which is somebody else's then.
    /// </summary>
    string? MarkBefore(ResourceCall call);

    /// <summary>Whether resources have tags, the stack's among them.</summary>
    bool HasTags() => Shape.Known?.Contains("Tags") == true;

    /// <summary>Whether both are one thing outside the stack, which a replacement has not made anew.</summary>
    bool IsSame(PhysicalResource one, PhysicalResource? other) => one.PhysicalId == other?.PhysicalId;

    Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken);

    /// <summary>Brings the resource to the properties of the call, whatever it has now: a change may have ended half-way.</summary>
    /// <param name="before">What it had, as far as is known.</param>
    Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken);

    /// <summary>Deleting what is not there is no error.</summary>
    Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken);
}

/// <param name="PhysicalId">What Ref gives.</param>
/// <param name="Attributes">What Fn::GetAtt gives.</param>
internal sealed record ResourceResult(string PhysicalId, TemplateMap Attributes);

/// <summary>What one resource is to become, for whom.</summary>
internal sealed record ResourceCall
{
    public required Caller Caller { get; init; }

    public required StackIdentity Stack { get; init; }

    public required IReadOnlyList<StackTag> StackTags { get; init; }

    public required string LogicalId { get; init; }

    public required string Type { get; init; }

    /// <summary>The property that names it, or the name made for it.</summary>
    public required string Name { get; init; }

    /// <summary>Null while it is created.</summary>
    public required string? PhysicalId { get; init; }

    /// <summary>Evaluated.</summary>
    public required TemplateMap Properties { get; init; }

    public required string? Mark { get; init; }

    public required string Token { get; init; }

    public required bool IsRepeated { get; init; }

    /// <summary>Told of the physical id as soon as something is there that a rollback has to delete.</summary>
    public required Func<string, Task> InitiatedAsync { get; init; }

    /// <summary>Cancelled when another resource of the stack failed, or its time is over: whoever waits for long gives up.</summary>
    public required CancellationToken GivenUp { get; init; }

    public string? Text(string property) => Scalars.TextOf(Properties[property]);

    public string RequiredText(string property) => Text(property)
        ?? throw StackErrors.Validation($"Property {property} cannot be empty.");

    public TemplateMap? Map(string property) => Properties[property] as TemplateMap;

    public TemplateList List(string property) => Properties[property] switch
    {
        null => [],
        TemplateList list => list,
        { } one => new TemplateList([one]),
    };

    public IReadOnlyList<string> Texts(string property) => [.. List(property).Select(Scalars.TextOf).OfType<string>()];

    /// <summary>Tags as most types write them: a list of Key and Value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags(string property) =>
    [
        .. List(property).OfType<TemplateMap>().Select(static tag =>
            KeyValuePair.Create(Scalars.TextOf(tag["Key"]) ?? "", Scalars.TextOf(tag["Value"]) ?? "")),
    ];
}

/// <summary>What a type's properties are, and which of them cannot be changed on what is there.</summary>
internal sealed record ResourceShape
{
    /// <summary>Null: any property is taken.</summary>
    public FrozenSet<string>? Known { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    public FrozenSet<string> Replacing { get; init; } = [];

    /// <summary>Any change of a property makes a new resource.</summary>
    public bool IsImmutable { get; init; }

    /// <summary>No property can be changed at all, and nothing is replaced: the update fails.</summary>
    public bool CannotChange { get; init; }

    /// <summary>The property that gives the physical name; null where a resource has no name of its own.</summary>
    public string? NameProperty { get; init; }

    public int MaxNameLength { get; init; } = 64;

    /// <summary>Names of buckets and the like.</summary>
    public bool HasLowerCaseName { get; init; }

    /// <summary>Null: not known before the resource is there.</summary>
    public FrozenSet<string>? Attributes { get; init; }

    public bool Replaces(string property) => IsImmutable || Replacing.Contains(property);

    public static FrozenSet<string> Set(params ReadOnlySpan<string> names) => names.ToArray().ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Words faults of properties as CloudFormation does.</summary>
    public void Check(string logicalId, TemplateMap properties)
    {
        string[] faults =
        [
            .. Required.Where(name => properties[name] is null).Select(static name => $"#: required key [{name}] not found"),
            .. properties.Names.Where(name => Known?.Contains(name) == false).Select(static name => $"#: extraneous key [{name}] is not permitted"),
        ];
        if (faults.Length > 0)
        {
            throw StackErrors.Validation($"Properties validation failed for resource {logicalId} with message:\n{string.Join('\n', faults)}");
        }
    }
}
