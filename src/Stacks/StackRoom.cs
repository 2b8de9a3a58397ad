using Lamina.Contract;
using Lamina.Stacks.ChangeSets;
using Lamina.Stacks.Engine;
using Lamina.Stacks.Resources;
using Lamina.Stacks.Resources.Identities;
using Lamina.Stacks.Resources.Lambda;
using Lamina.Stacks.Resources.Neighbours;
using Lamina.Stacks.Resources.Nested;
using Lamina.Stacks.Resources.Stored;
using Microsoft.Extensions.Logging;

namespace Lamina.Stacks;

/// <summary>The room, put together: what begins the operations of stacks, what runs them, and what reads them.</summary>
public sealed class StackRoom : IAsyncDisposable
{
    private readonly ObjectSource _objects;

    private readonly ResourceTypes _types;

    private StackRoom(
        ResourceTypes types, StackEngine engine, StackEditor editor, ChangeSetEditor changeSets, StackDirectory directory, ObjectSource objects)
    {
        _types = types;
        Engine = engine;
        Editor = editor;
        ChangeSets = changeSets;
        Directory = directory;
        _objects = objects;
    }

    public StackEngine Engine { get; }

    public StackEditor Editor { get; }

    public ChangeSetEditor ChangeSets { get; }

    public StackDirectory Directory { get; }

    public static StackRoom Open(StackRoomParts parts)
    {
        ObjectSource objects = new(parts.Buckets, parts.Objects);
        StackDirectory directory = new(parts.Catalog);
        NestedStackType nested = new(objects, directory);
        ResourceTypes types = new([.. Served(parts, objects), nested, .. StoredType.All(parts.Catalog)], parts.AllowedUnserved);
        StackEvaluation evaluation = new(
            parts.Catalog, (caller, name) => Faults.FindOrNull(() => parts.Parameters.Find(caller, name, decrypt: true))?.Value);
        StackEngine engine = new(parts.Catalog, evaluation, types, parts.Time, parts.Loggers.CreateLogger<StackEngine>());
        StackEditor editor = new(parts.Catalog, new StackPlanner(evaluation, types, parts.Time, objects.ReadTemplate), engine, parts.Time);
        nested.Attach(editor);
        ChangeSetEditor changeSets = new(parts.Catalog, editor, new ChangeSetPlanner(parts.Catalog, evaluation, types), parts.Time);
        return new StackRoom(types, engine, editor, changeSets, directory, objects);
    }

    /// <summary>Whether stacks can have resources of a type: <c>AWS::Lambda::Function</c>.</summary>
    public bool Serves(string type) => _types.TryFind(type, out _);

    /// <summary>A template that a request names by its URL. Throws ValidationError.</summary>
    public string ReadTemplate(Caller caller, string url) => _objects.ReadTemplate(caller, url);

    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    private static IResourceType[] Served(StackRoomParts parts, ObjectSource objects) =>
    [
        new FunctionType(parts, objects),
        new VersionType(parts),
        new AliasType(parts),
        new PermissionType(parts),
        new LayerVersionType(parts, objects),
        new LayerVersionPermissionType(parts),
        new UrlType(parts),
        new EventInvokeConfigType(parts),
        new EventSourceMappingType(parts),
        new CodeSigningConfigType(parts),
        new RoleType(parts),
        new UserType(parts),
        new InlinePolicyType(parts),
        new ManagedPolicyType(parts),
        new LogGroupType(parts),
        new BucketType(parts),
        new TableType(parts),
        new ParameterType(parts),
        new CustomResourceType(parts),
        new WaitConditionHandleType(parts),
        new WaitConditionType(parts),
        new CdkMetadataType(),
    ];
}
