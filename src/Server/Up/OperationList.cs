using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Internal;
using Lamina.Server.Operations;
using Lamina.Server.Wire;

namespace Lamina.Server.Up;

/// <summary>Every operation that is served. One that is missing here, and not in docs/not-served.txt, keeps the server from starting.</summary>
internal static class OperationList
{
    public static IReadOnlyList<IOperation> Make(
        LayerRooms layers, FunctionDirectory directory, FunctionEditor editor, Invoker invoker, EventQueue events, ContentLinks links, FunctionRooms rooms)
    {
        LayerAnswers answers = new(links);
        return
        [
            new PublishLayerVersion(layers.Publisher, answers),
            new GetLayerVersion(layers.Library, answers),
            new GetLayerVersionByArn(layers.Library, answers),
            new ListLayers(layers.Library),
            new ListLayerVersions(layers.Library),
            new DeleteLayerVersion(layers.Library),
            new CreateFunction(editor),
            new GetFunction(directory, links),
            new GetFunctionConfiguration(directory),
            new UpdateFunctionCode(editor),
            new UpdateFunctionConfiguration(editor),
            new DeleteFunction(editor),
            new ListFunctions(directory),
            new Invoke(directory, invoker, events),
            new InvokeAsync(directory, events),
            .. OfSettings(rooms, directory),
        ];
    }
    private static IOperation[] OfSettings(FunctionRooms rooms, FunctionDirectory directory) =>
    [
        new TagResource(rooms.Tags),
        new UntagResource(rooms.Tags),
        new ListTags(rooms.Tags),
        new PutFunctionEventInvokeConfig(rooms.EventInvokeConfigs),
        new UpdateFunctionEventInvokeConfig(rooms.EventInvokeConfigs),
        new GetFunctionEventInvokeConfig(rooms.EventInvokeConfigs),
        new DeleteFunctionEventInvokeConfig(rooms.EventInvokeConfigs),
        new ListFunctionEventInvokeConfigs(rooms.EventInvokeConfigs),
        new PutRuntimeManagementConfig(rooms.Runtimes),
        new GetRuntimeManagementConfig(rooms.Runtimes),
        new PutFunctionRecursionConfig(rooms.Recursion),
        new GetFunctionRecursionConfig(rooms.Recursion),
        new PutFunctionScalingConfig(directory),
        new GetFunctionScalingConfig(directory),
        new CreateCodeSigningConfig(rooms.CodeSigning),
        new GetCodeSigningConfig(rooms.CodeSigning),
        new UpdateCodeSigningConfig(rooms.CodeSigning),
        new DeleteCodeSigningConfig(rooms.CodeSigning),
        new ListCodeSigningConfigs(rooms.CodeSigning),
        new PutFunctionCodeSigningConfig(rooms.FunctionCodeSigning),
        new GetFunctionCodeSigningConfig(rooms.FunctionCodeSigning),
        new DeleteFunctionCodeSigningConfig(rooms.FunctionCodeSigning),
        new ListFunctionsByCodeSigningConfig(rooms.FunctionCodeSigning),
        new CreateEventSourceMapping(rooms.Mappings),
        new GetEventSourceMapping(rooms.Mappings),
        new UpdateEventSourceMapping(rooms.Mappings),
        new DeleteEventSourceMapping(rooms.Mappings),
        new ListEventSourceMappings(rooms.Mappings),
        new CreateFunctionUrlConfig(rooms.Urls),
        new GetFunctionUrlConfig(rooms.Urls),
        new UpdateFunctionUrlConfig(rooms.Urls),
        new DeleteFunctionUrlConfig(rooms.Urls),
        new ListFunctionUrlConfigs(rooms.Urls),
    ];
}
