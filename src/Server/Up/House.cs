using System.Net;
using Lamina.Access.Identities;
using Lamina.Companions.S3;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Gateway;
using Lamina.Gateway.Apis;
using Lamina.Images;
using Lamina.Layers;
using Lamina.Sandbox;
using Lamina.Server.Internal;
using Lamina.Server.Operations;
using Lamina.Server.Operations.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.Json;
using Lamina.Server.Wire.Query;
using Lamina.Server.Wire.S3;
using Lamina.Stacks;
using Lamina.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lamina.Server.Up;

/// <summary>
/// All rooms, put together. Opened from the bottom of the ladder up: data folder, store, layers, functions, sandboxes, execution, port;
/// closed in reverse: no new requests, running ones get their time, then everything else.
/// </summary>
internal sealed partial class House : IAsyncDisposable
{
    /// <summary>How long running invocations and requests may go on after the first signal.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    /// <summary>Of more functions than this none is expected to be invoked next; their documents are not read at start either.</summary>
    private const int MostExpected = 200;

    /// <summary>Where functions with a network of their own reach the server.</summary>
    private const string SandboxEndpoint = "127.0.0.1:4566";

    private readonly Stack<(string Name, Func<Task> Close)> _opened = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _logger;
    private RequestPipeline? _pipeline;

    private House(ILogger logger) => _logger = logger;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public static async Task<House> OpenAsync(UpOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        House house = new(loggers.CreateLogger<House>());
        try
        {
            await house.OpenRoomsAsync(options, loggers, cancellationToken);
            return house;
        }
        catch
        {
            await house.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        while (_opened.TryPop(out (string Name, Func<Task> Close) room))
        {
            try
            {
                await room.Close();
            }
            catch (Exception exception)
            {
                // The other rooms must be closed all the same.
                Log.RoomNotClosed(_logger, room.Name, exception);
            }
        }

        _stopping.Dispose();
    }

    private async Task OpenRoomsAsync(UpOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        TimeProvider time = TimeProvider.System;
        DataFolder folder = DataFolder.Take(options.DataDirectory);
        _opened.Push(("data folder", () => CloseAsync(folder)));
        FileBlobStore blobs = new(Path.Combine(folder.Path, "blobs"));
        ICatalog catalog = Opened("catalog", SqliteCatalog.Open(Path.Combine(folder.Path, "catalog.db")));
        CodeStorage codeStorage = new(catalog, options.CodeStorageQuotaBytes, new FunctionStorage());
        FunctionRoots functionRoots = new();
        IReadOnlyList<IArchiveRoots> roots = [new LayerRoots(), functionRoots];
        LayerRooms layers = Opened("layers", LayerRooms.Open(
            folder.Path, blobs, catalog, roots, options.Organizations, codeStorage, time, loggers));
        ImageRooms images = Opened("images", ImageRooms.Open(folder.Path, catalog, time));
        FunctionRooms functions = Opened("functions", FunctionRooms.Open(catalog, layers, options.Organizations, time, loggers));
        FunctionDirectory directory = functions.Directory;
        AccessRooms access = AccessRooms.Open(folder.Path, catalog, options, time);
        SandboxHost sandboxes = Opened("sandboxes", await SandboxHost.StartAsync(SandboxOptions(folder), cancellationToken));
        LogsRooms logs = Opened("logs", LogsRooms.Open(
            folder.Path, catalog, options.EnforceIam ? access.Authorizer : null, time, failure => Log.NotLogged(_logger, failure)));
        SsmRooms ssm = SsmRooms.Open(folder.Path, catalog, options.EnforceIam ? access.Authorizer : null, time);
        DynamoDbRooms dynamoDb = Opened("DynamoDB", DynamoDbRooms.Open(
            folder.Path, options.EnforceIam ? access.Authorizer : null, time));
        ExecutionOptions execution = ExecutionOptionsOf(options, folder) with { LogSink = logs.Take };
        AddedRuntimes added = AddedRuntimes.Open(folder.Path);
        RuntimeCatalog runtimes = new() { Added = added };
        Invoker invoker = Opened("execution", new Invoker(
            sandboxes, layers.Trees, layers.Dev, functions.Dev, images.Library, runtimes, directory.IsCurrent, functions.Concurrency,
            AnswerFunctionAsync, access.Roles, execution, time, loggers));
        functions.Editor.Changed += invoker.Retire;
        layers.Dev.Changed += invoker.RetireUsersOf;
        functions.Dev.Changed += invoker.RetireUsersOf;
        added.Changed += invoker.RetireUsersOf;
        images.Library.Renamed += invoker.RetireUsersOfSdk;
        SettingsRooms settings = SettingsRooms.Open(catalog, functions.Permissions, time);
        EventQueue events = Opened("events", new EventQueue(
            catalog, directory, settings.EventInvokeConfigs, invoker, execution, time, loggers.CreateLogger<EventQueue>()));

        RunningRoots running = new(invoker);
        StorageRooms storage = Opened("storage", StorageRooms.Open(
            new StorageParts
            {
                DataDirectory = folder.Path,
                Catalog = catalog,
                Roots = [.. roots, layers.Dev, functions.Dev, running],
                Blobs = blobs,
                BlobRoots = [new S3BlobRoots()],
                Archives = layers.Archives,
                Manifests = layers.Manifests,
                Trees = layers.Trees,
                Images = new ImageCollection(images.Layers, catalog, [functionRoots, running, added], time),
                Time = time,
                ReportFailure = failure => Log.NotCollected(_logger, failure),
            },
            layers,
            images,
            functions.Editor));

        S3Rooms s3 = S3Rooms.Open(blobs, catalog, time);
        StackRooms stacks = Opened("stacks", StackRooms.Open(
            new StackRoomParts
            {
                Catalog = catalog,
                Time = time,
                Loggers = loggers,
                Functions = functions.Editor,
                FunctionDirectory = directory,
                Versions = functions.Publisher,
                Aliases = functions.Aliases,
                Permissions = functions.Permissions,
                Concurrency = functions.Concurrency,
                Tags = settings.Tags,
                EventInvokeConfigs = settings.EventInvokeConfigs,
                Runtimes = settings.Runtimes,
                Recursion = settings.Recursion,
                CodeSigning = settings.CodeSigning,
                FunctionCodeSigning = settings.FunctionCodeSigning,
                Urls = settings.Urls,
                Mappings = settings.Mappings,
                Layers = layers.Publisher,
                LayerLibrary = layers.Library,
                LayerPermissions = layers.Permissions,
                Roles = new RoleEditor(catalog, time),
                Users = new UserEditor(catalog, time),
                Policies = new PolicyEditor(catalog, time),
                HolderPolicies = new HolderPolicies(catalog),
                LogGroups = logs.Groups,
                Buckets = s3.Buckets,
                Objects = s3.Objects,
                Tables = dynamoDb.Tables,
                Parameters = ssm.Parameters,
                ParameterTags = ssm.Tags,
                Invoker = invoker,
                Sessions = access.Sessions,
                Authority = () => Address.Authority,
                FunctionAuthority = () => options.FunctionNetwork == SandboxNetwork.Isolated ? SandboxEndpoint : Address.Authority,
                AllowedUnserved = options.AllowedUnserved,
            },
            options.EnforceIam ? access.Authorizer : null));
        ContentLinks links = new(time);
        _pipeline = new RequestPipeline(
            new HostGuard(options.Listen.Address.ToString(), anyName: options.Keys is not null),
            access.Authentication,
            options.EnforceIam
                ? new LambdaAuthorization(
                    access.Authorizer,
                    functions.Permissions,
                    new LambdaConditions(settings.Tags, settings.Urls, settings.Mappings, options.Organizations, time))
                : null,
            new OperationTable(OperationList.Make(layers, functions, invoker, events, links, new Sources(s3.Buckets, s3.Objects), settings)),
            new QueryServices([.. access.Services, stacks.Service]),
            new JsonServices([logs.Service, ssm.Service, dynamoDb.Service]),
            new InternalRoutes(
            [
                new Health(),
                new Internal.Content(layers.Archives, links),
                new FunctionOpt(directory, layers.Opt),
                new FunctionStart(directory, invoker),
                new FunctionInspection(directory, layers.Inspector),
                new LayerVersionInspection(layers.Library, layers.Inspector),
                new LayerComparison(layers.Library, layers.Inspector),
                new ArchiveInspection(layers.Inspector),
                new StorageReport(storage.Parts, storage.Collector),
                new StorageCollection(storage.Collector),
                new StorageScrubbing(storage.Scrub, time, _stopping.Token),
                new ImportLayers(layers.Importer, new ImportFolder(Path.Combine(folder.Path, "imports"))),
                new ExportLayers(layers.Exporter),
                new ImageNames(images.Library),
                new ImageLayerUploads(images.Layers),
                new RuntimeChanges(added, new RuntimeExamination(images.Library), runtimes, mayNameFolders: options.Keys is null),
                new OrganizationList(options.Organizations),
                new ProcessReport(),
                new ShellList(invoker),
                new Reset(functions.Editor, logs.Store, dynamoDb.Store, options.AllowReset && IPAddress.IsLoopback(options.Listen.Address)),
                new FunctionLogLines(directory, invoker.Logs, logs.Events, _stopping.Token),
                new FunctionDebugging(directory, invoker),
                new FunctionShells(directory, invoker, _stopping.Token),
                new DevLayerList(layers.Dev, directory),
                new DevSessions(layers.Dev, layers.Library, directory, time, _stopping.Token),
                new DevUploads(layers.Dev, directory),
                new DevFunctionList(functions.Dev),
                new DevFunctionSessions(functions.Dev, directory, time, _stopping.Token),
                new DevFunctionUploads(functions.Dev),
                new TemplateReadings(stacks.Room.Serves, time),
            ]),
            new S3Pipeline(access.Authentication, new S3RouteTable(OperationList.MakeS3(s3)), time, loggers.CreateLogger<S3Pipeline>()),
            new FunctionUrlGateway(
                settings.Urls,
                directory,
                new UrlAccess(functions.Permissions, directory, options.Organizations, options.EnforceIam ? access.Authorizer : null, time),
                invoker,
                time),
            new ApiGateway(new StackApis(catalog, directory), directory, functions.Permissions, invoker, time),
            loggers.CreateLogger<RequestPipeline>());
        await invoker.StartAsync(cancellationToken);
        foreach (FunctionVersion function in directory.ListReady().Take(MostExpected))
        {
            invoker.Expect(function);
        }

        events.Start();
        KestrelListener listener = await KestrelListener.StartAsync(options.Listen, AnswerAsync, loggers, cancellationToken);
        _opened.Push(("port", () => StopAsync(listener, stacks, events, invoker)));
        Address = listener.Address;
        stacks.Room.Engine.Start();
    }

    /// <summary>Given to the port; it starts after the pipeline is there.</summary>
    private Task AnswerAsync(HttpContext context) => _pipeline!.HandleAsync(context, RequestOrigin.Port);

    /// <summary>Given to the sandboxes; they start after the pipeline is there.</summary>
    private Task AnswerFunctionAsync(HttpContext context) => _pipeline!.HandleAsync(context, RequestOrigin.Sandbox);

    // Together, because each gives what runs its time and all of it must be over within one limit.
    private static async Task StopAsync(KestrelListener listener, StackRooms stacks, EventQueue events, Invoker invoker)
    {
        using CancellationTokenSource limit = new(StopLimit);

        // First: what a stopping invoker refuses would be a resource's failure.
        await stacks.DisposeAsync();
        await events.StopAsync();
        await Task.WhenAll(listener.StopAsync(limit.Token), invoker.StopAsync());
        listener.Dispose();
    }

    private static Task CloseAsync(DataFolder folder)
    {
        folder.Dispose();
        return Task.CompletedTask;
    }

    private static SandboxHostOptions SandboxOptions(DataFolder folder) => new()
    {
        JailPath = Path.Combine(AppContext.BaseDirectory, "lamina-jail"),
        RunDirectory = Path.Combine(folder.Path, "run"),
    };

    private static ExecutionOptions ExecutionOptionsOf(UpOptions options, DataFolder folder) => new()
    {
        RuntimesDirectory = Path.Combine(AppContext.BaseDirectory, "lambda-runtimes"),
        Network = options.FunctionNetwork,
        IdleTimeout = options.IdleTimeout,
        KeepMemoryBytes = options.KeepMemoryBytes,
        ShellMemoryBytes = options.ShellMemoryBytes,
        PrimeMemoryBytes = options.PrimeMemoryBytes,
        StackCacheDirectory = Path.Combine(folder.Path, "stack-caches"),
        StackCacheBytes = options.StackCacheBytes,
        AwsHeaderEncoding = ObjectHeaders.EncodingOf,
        StopLimit = StopLimit,
    };

    private T Opened<T>(string name, T room)
        where T : IAsyncDisposable
    {
        _opened.Push((name, () => room.DisposeAsync().AsTask()));
        return room;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Closing {Room} failed")]
        public static partial void RoomNotClosed(ILogger logger, string room, Exception error);

        [LoggerMessage(Level = LogLevel.Error, Message = "Lines of a function's log could not be written")]
        public static partial void NotLogged(ILogger logger, Exception error);

        [LoggerMessage(Level = LogLevel.Error, Message = "A collection of stored data left something undone; the next one takes it up")]
        public static partial void NotCollected(ILogger logger, Exception error);
    }
}
