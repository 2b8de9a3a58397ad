using Lamina.Access.Identities;
using Lamina.Access.Sessions;
using Lamina.Companions.DynamoDb;
using Lamina.Companions.Logs;
using Lamina.Companions.S3;
using Lamina.Companions.Ssm;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Functions.CodeSigning;
using Lamina.Functions.EventSources;
using Lamina.Functions.Settings;
using Lamina.Functions.Urls;
using Lamina.Layers;
using Lamina.Store;
using Microsoft.Extensions.Logging;

namespace Lamina.Stacks;

/// <summary>The rooms in which a stack's resources are made: the same ones that the API's operations use.</summary>
public sealed record StackRoomParts
{
    public required ICatalog Catalog { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public required FunctionEditor Functions { get; init; }

    public required FunctionDirectory FunctionDirectory { get; init; }

    public required FunctionPublisher Versions { get; init; }

    public required FunctionAliases Aliases { get; init; }

    public required FunctionPermissions Permissions { get; init; }

    public required FunctionConcurrency Concurrency { get; init; }

    public required ResourceTags Tags { get; init; }

    public required EventInvokeConfigs EventInvokeConfigs { get; init; }

    public required RuntimeManagement Runtimes { get; init; }

    public required RecursionControl Recursion { get; init; }

    public required CodeSigningConfigs CodeSigning { get; init; }

    public required FunctionCodeSigning FunctionCodeSigning { get; init; }

    public required FunctionUrls Urls { get; init; }

    public required EventSourceMappings Mappings { get; init; }

    public required LayerPublisher Layers { get; init; }

    public required LayerLibrary LayerLibrary { get; init; }

    public required LayerPermissions LayerPermissions { get; init; }

    public required RoleEditor Roles { get; init; }

    public required UserEditor Users { get; init; }

    public required PolicyEditor Policies { get; init; }

    public required HolderPolicies HolderPolicies { get; init; }

    public required LogGroups LogGroups { get; init; }

    public required Buckets Buckets { get; init; }

    public required Objects Objects { get; init; }

    public required Tables Tables { get; init; }

    public required Parameters Parameters { get; init; }

    public required ParameterTags ParameterTags { get; init; }

    public required Invoker Invoker { get; init; }

    /// <summary>Signs the URLs at which custom resources answer.</summary>
    public required SessionIssuer Sessions { get; init; }

    /// <summary>Host and port at which clients know the server.</summary>
    public required Func<string> Authority { get; init; }

    /// <summary>Host and port at which functions reach the server.</summary>
    public required Func<string> FunctionAuthority { get; init; }

    /// <summary>Types that stacks may have although nothing serves them.</summary>
    public required IReadOnlyList<string> AllowedUnserved { get; init; }
}
