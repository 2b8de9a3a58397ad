using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Store;

namespace Lamina.Functions.EventSources;

/// <summary>
/// The event source mappings: which source's records go to which function. Nothing polls a source here, so a mapping is in the state
/// it comes to rest in as soon as the answer to the request, which says Creating, Updating or Deleting, has gone.
/// </summary>
/// <remarks>A mapping outlives its function, as in AWS.</remarks>
public sealed class EventSourceMappings(ICatalog catalog, TimeProvider time)
{
    /// <summary>Keyed REGION/ACCOUNT/UUID.</summary>
    private const string Collection = "event-source-mappings";

    /// <summary>Records that a function is handed at once, of a source that nothing else is said of.</summary>
    /// <param name="eventSourceArn">Null for self-managed Kafka.</param>
    public static int DefaultBatchSize(string? eventSourceArn) => MappingDraft.DefaultBatchSize(EventSource.KindOf(eventSourceArn, selfManaged: true));

    public Task<EventSourceMappingConfiguration> CreateAsync(
        Caller caller, CreateEventSourceMappingRequest request, CancellationToken cancellationToken)
    {
        EventSourceKind kind = EventSource.KindOf(request.EventSourceArn, request.SelfManagedEventSource is not null);
        MappingRules.CheckStart(kind, request);
        MappingRules.CheckPlace(kind, request);
        TagRules.Check(request.Tags);
        FunctionReference function = FunctionAddress.Parse(caller, request.FunctionName!, null, "lambda:CreateEventSourceMapping");
        EventSourceMappingConfiguration created = MappingDraft.New(kind, request, function, FunctionDraft.NewId(), Now());
        MappingRules.Check(kind, created);
        return catalog.CommitAsync(
            transaction =>
            {
                RequireFunction(transaction, function);
                RequireNew(transaction, caller, kind, created, function.Function.Name);
                Put(transaction, Mapping(function, created, request.Tags is { Count: > 0 } ? request.Tags : null));
                return created with { State = "Creating" };
            },
            cancellationToken);
    }

    public EventSourceMappingConfiguration Get(Caller caller, string uuid) => Require(catalog.Current, caller, uuid).Configuration;

    /// <summary>Null when the caller has none of this id.</summary>
    public EventSourceMapping? Find(Caller caller, string uuid) => Find(catalog.Current, caller, uuid);

    public Task<EventSourceMappingConfiguration> UpdateAsync(
        Caller caller, UpdateEventSourceMappingRequest request, CancellationToken cancellationToken)
    {
        FunctionReference? given = request.FunctionName is null
            ? null
            : FunctionAddress.Parse(caller, request.FunctionName, null, "lambda:UpdateEventSourceMapping");
        return catalog.CommitAsync(
            transaction =>
            {
                EventSourceMapping before = Require(transaction, caller, request.UUID!);
                FunctionReference function = given ?? new FunctionReference(before.Function, before.Qualifier);
                if (given is not null)
                {
                    RequireFunction(transaction, given);
                }

                EventSourceMappingConfiguration changed =
                    MappingDraft.Changed(before.Configuration, request, MappingDraft.ArnOf(function), Now());
                EventSourceKind kind = EventSource.KindOf(changed.EventSourceArn, changed.SelfManagedEventSource is not null);
                MappingRules.Check(kind, changed);
                RequireNew(transaction, caller, kind, changed, function.Function.Name);
                Put(transaction, Mapping(function, changed, before.Tags));
                return changed with { State = MappingDraft.StateUnderWay(before.Configuration, changed) };
            },
            cancellationToken);
    }

    public Task<EventSourceMappingConfiguration> DeleteAsync(Caller caller, string uuid, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            EventSourceMapping mapping = Require(transaction, caller, uuid);
            transaction.Delete(Collection, KeyOf(mapping));
            return mapping.Configuration with { State = "Deleting" };
        },
        cancellationToken);

    /// <summary>The caller's by UUID, after <paramref name="after"/>; those of a source or a function when they are named.</summary>
    public IEnumerable<EventSourceMappingConfiguration> List(Caller caller, string? eventSourceArn, string? nameOrArn, string? after)
    {
        string? functionArn = nameOrArn is null
            ? null
            : MappingDraft.ArnOf(FunctionAddress.Parse(caller, nameOrArn, null, "lambda:ListEventSourceMappings"));
        return Scan(catalog.Current, caller, after).Select(static mapping => mapping.Configuration)
            .Where(mapping => eventSourceArn is null || mapping.EventSourceArn == eventSourceArn)
            .Where(mapping => functionArn is null || mapping.FunctionArn == functionArn);
    }

    internal static EventSourceMapping RequireByArn(CatalogSnapshot snapshot, Caller caller, string arn) =>
        Find(snapshot, caller, arn[(arn.LastIndexOf(':') + 1)..]) ?? throw AwsError.ResourceNotFound($"Event source mapping not found: {arn}");

    internal static void Put(CatalogTransaction transaction, EventSourceMapping mapping) =>
        transaction.Put(Collection, KeyOf(mapping), mapping, EventSourcesJson.Default.EventSourceMapping);

    private static EventSourceMapping Mapping(
        FunctionReference function, EventSourceMappingConfiguration configuration, IReadOnlyDictionary<string, string>? tags) => new()
        {
            Region = function.Function.Region,
            Account = function.Function.Account.Value,
            FunctionName = function.Function.Name,
            Qualifier = function.Qualifier,
            Configuration = configuration,
            Tags = tags,
        };

    private static void RequireFunction(CatalogSnapshot snapshot, FunctionReference function)
    {
        if (!FunctionDocuments.HasQualifier(snapshot, function.Function, function.Qualifier ?? FunctionArn.Latest))
        {
            throw AwsError.InvalidParameterValue("Function does not exist");
        }
    }

    private static void RequireNew(
        CatalogSnapshot snapshot, Caller caller, EventSourceKind kind, EventSourceMappingConfiguration mapping, string functionName)
    {
        EventSourceMappingConfiguration? other = Scan(snapshot, caller, after: null).Select(static found => found.Configuration).FirstOrDefault(
            found => found.UUID != mapping.UUID && found.FunctionArn == mapping.FunctionArn && HasSameSource(found, mapping));
        if (other is not null)
        {
            throw AwsError.ResourceConflict(
                $"{Already(kind, mapping, functionName)} already exists. Please update or delete the existing mapping with UUID {other.UUID}");
        }
    }

    /// <summary>Self-managed Kafka has no ARN: there the brokers and the topic are the source.</summary>
    private static bool HasSameSource(EventSourceMappingConfiguration one, EventSourceMappingConfiguration other) => one.EventSourceArn is not null
        ? one.EventSourceArn == other.EventSourceArn
        : other.EventSourceArn is null && Brokers(one) == Brokers(other) && Topics(one) == Topics(other);

    // The blanks inside the brackets are AWS's (recorded), and so are the wordings for queues and streams; that for Kafka follows them.
    private static string Already(EventSourceKind kind, EventSourceMappingConfiguration mapping, string functionName) =>
        kind.IsQueue() ? $"An event source mapping with SQS arn (\" {mapping.EventSourceArn} \") and function (\" {functionName} \")"
        : kind == EventSourceKind.SelfManagedKafka
            ? $"An event source mapping with event source (\"{Brokers(mapping)}\"), function (\"{functionName}\"), topics (\"{Topics(mapping)}\")"
        : $"The event source arn (\" {mapping.EventSourceArn} \") and function (\" {functionName} \") provided mapping";

    private static string Brokers(EventSourceMappingConfiguration mapping)
    {
        IEnumerable<IReadOnlyList<string>> kinds = mapping.SelfManagedEventSource?.Endpoints?.Values ?? [];
        return string.Join(',', kinds.SelectMany(static brokers => brokers));
    }

    private static string Topics(EventSourceMappingConfiguration mapping) => string.Join(',', mapping.Topics ?? []);

    private static EventSourceMapping Require(CatalogSnapshot snapshot, Caller caller, string uuid) =>
        Find(snapshot, caller, uuid) ?? throw AwsError.ResourceNotFound("The resource you requested does not exist.");

    internal static EventSourceMapping? Find(CatalogSnapshot snapshot, Caller caller, string uuid) =>
        snapshot.Find(Collection, $"{caller.Region}/{caller.Account}/{uuid}")?.Read(EventSourcesJson.Default.EventSourceMapping);

    private static IEnumerable<EventSourceMapping> Scan(CatalogSnapshot snapshot, Caller caller, string? after)
    {
        string prefix = $"{caller.Region}/{caller.Account}/";
        return snapshot.Scan(Collection, prefix, after is null ? null : prefix + after)
            .Select(static document => document.Read(EventSourcesJson.Default.EventSourceMapping));
    }

    private static string KeyOf(EventSourceMapping mapping) => $"{mapping.Region}/{mapping.Account}/{mapping.Uuid}";

    private double Now() => time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
}
