using Lamina.Stacks.Sam.Resources;
using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Sam.Steps;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>SAM's resource types.</summary>
internal static class SamTypes
{
    public const string Prefix = "AWS::Serverless::";
    public const string Function = $"{Prefix}Function";
    public const string Api = $"{Prefix}Api";
    public const string HttpApi = $"{Prefix}HttpApi";
    public const string WebSocketApi = $"{Prefix}WebSocketApi";
    public const string StateMachine = $"{Prefix}StateMachine";
    public const string Connector = $"{Prefix}Connector";
    public const string Application = $"{Prefix}Application";
    public const string GraphQLApi = $"{Prefix}GraphQLApi";
    public const string SimpleTable = $"{Prefix}SimpleTable";
    public const string LayerVersion = $"{Prefix}LayerVersion";
    public const string CapacityProvider = $"{Prefix}CapacityProvider";

    /// <summary>Types whose properties are looked at before any resource is expanded, and that Globals may know.</summary>
    private static readonly string[] Early =
        [Api, Function, SimpleTable, Application, LayerVersion, HttpApi, WebSocketApi, StateMachine, CapacityProvider];

    private static readonly Dictionary<string, Func<SamDefinition, SamResource>> Makers = new(StringComparer.Ordinal)
    {
        [Function] = static definition => new FunctionResource(definition),
        [Api] = static definition => new ApiResource(definition),
        [HttpApi] = static definition => new HttpApiResource(definition),
        [WebSocketApi] = static definition => new WebSocketApiResource(definition),
        [StateMachine] = static definition => new StateMachineResource(definition),
        [Connector] = static definition => new ConnectorResource(definition),
        [Application] = static definition => new ApplicationResource(definition),
        [GraphQLApi] = static definition => new GraphQLApiResource(definition),
        [SimpleTable] = static definition => new SimpleTableResource(definition),
        [LayerVersion] = static definition => new LayerVersionResource(definition),
        [CapacityProvider] = static definition => new CapacityProviderResource(definition),
    };

    public static bool IsEarly(TemplateNode? type) => type is TemplateText text && Early.Contains(text.Value);

    public static bool IsKnown(TemplateNode? type) => type is TemplateText text && Makers.ContainsKey(text.Value);

    /// <summary>Reads a resource of a known type.</summary>
    public static SamResource Read(string logicalId, TemplateMap definition, ApplicationTemplates applications)
    {
        string type = ((TemplateText)definition["Type"]!).Value;
        SamDefinition read = SamDefinition.Read(PropertyTable.Resource(type), type, logicalId, definition, properties =>
        {
            if (type == Application)
            {
                applications.SetTemplate(logicalId, properties);
            }
            else if (type is Function or StateMachine)
            {
                PolicyTemplates.Expand(logicalId, properties);
            }
        });
        return Makers[type](read);
    }

    /// <summary>
    /// Functions and state machines first, for their events change APIs; then APIs; connectors last, for they see what the others became.
    /// </summary>
    public static int OrderOf(TemplateNode? type) => ((TemplateText)type!).Value switch
    {
        Function => 0,
        StateMachine => 1,
        Api or HttpApi or WebSocketApi => 2,
        Connector => 4,
        _ => 3,
    };
}
