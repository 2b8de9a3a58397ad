using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Internal;
using Lamina.Server.Operations;
using Lamina.Server.Operations.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Up;

/// <summary>Every operation that is served. One that is missing here, and not in docs/not-served.txt, keeps the server from starting.</summary>
internal static class OperationList
{
    public static IReadOnlyList<IOperation> Make(
        LayerRooms layers,
        FunctionRooms functions,
        Invoker invoker,
        EventQueue events,
        ContentLinks links,
        Sources sources,
        SettingsRooms settings)
    {
        FunctionDirectory directory = functions.Directory;
        FunctionEditor editor = functions.Editor;
        LayerAnswers answers = new(links);
        return
        [
            new PublishLayerVersion(layers.Publisher, sources, answers),
            new GetLayerVersion(layers.Library, answers),
            new GetLayerVersionByArn(layers.Library, answers),
            new ListLayers(layers.Library),
            new ListLayerVersions(layers.Library),
            new DeleteLayerVersion(layers.Library),
            new AddLayerVersionPermission(layers.Permissions),
            new RemoveLayerVersionPermission(layers.Permissions),
            new GetLayerVersionPolicy(layers.Permissions),
            new GetAccountSettings(layers.Storage, directory, functions.Concurrency),
            new CreateFunction(editor, sources),
            new GetFunction(directory, functions.Concurrency, links),
            new GetFunctionConfiguration(directory),
            new UpdateFunctionCode(editor, sources),
            new UpdateFunctionConfiguration(editor),
            new DeleteFunction(editor),
            new ListFunctions(directory),
            new PublishVersion(functions.Publisher),
            new ListVersionsByFunction(directory),
            new CreateAlias(functions.Aliases),
            new GetAlias(functions.Aliases),
            new UpdateAlias(functions.Aliases),
            new DeleteAlias(functions.Aliases),
            new ListAliases(functions.Aliases),
            new AddPermission(functions.Permissions),
            new RemovePermission(functions.Permissions),
            new GetPolicy(functions.Permissions),
            new PutFunctionConcurrency(functions.Concurrency),
            new GetFunctionConcurrency(functions.Concurrency),
            new DeleteFunctionConcurrency(functions.Concurrency),
            new PutProvisionedConcurrencyConfig(functions.Concurrency),
            new GetProvisionedConcurrencyConfig(functions.Concurrency, invoker),
            new DeleteProvisionedConcurrencyConfig(functions.Concurrency),
            new ListProvisionedConcurrencyConfigs(functions.Concurrency, invoker),
            new Invoke(directory, invoker, events),
            new InvokeAsync(directory, events),
            new InvokeWithResponseStream(directory, invoker),
            .. OfSettings(settings, directory),
        ];
    }

    public static IReadOnlyList<IS3Operation> MakeS3(S3Rooms rooms)
    {
        ObjectReading reading = new(rooms);
        return
        [
            new ListBuckets(rooms),
            new CreateBucket(rooms),
            new HeadBucket(rooms),
            new DeleteBucket(rooms),
            new GetBucketLocation(rooms),
            new GetBucketVersioning(rooms),
            new PutBucketVersioning(rooms),
            new ListObjects(rooms),
            new ListObjectsV2(rooms),
            new ListObjectVersions(rooms),
            new PutObject(rooms),
            new GetObject(reading),
            new HeadObject(reading),
            new CopyObject(rooms),
            new DeleteObject(rooms),
            new DeleteObjects(rooms),
            new CreateMultipartUpload(rooms),
            new UploadPart(rooms),
            new UploadPartCopy(rooms),
            new CompleteMultipartUpload(rooms),
            new AbortMultipartUpload(rooms),
            new ListParts(rooms),
            new ListMultipartUploads(rooms),
        ];
    }

    private static IOperation[] OfSettings(SettingsRooms rooms, FunctionDirectory directory) =>
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
