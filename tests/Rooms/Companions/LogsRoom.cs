using System.Text;
using Lamina.Companions.Logs;
using Lamina.Contract;
using Lamina.Rooms.Tests.Store;
using Lamina.Store;

namespace Lamina.Rooms.Tests.Companions;

/// <summary>CloudWatch Logs as the server puts it together, over a folder of the test's own.</summary>
public sealed class LogsRoom : IAsyncDisposable
{
    public const string Group = "/app/orders";
    public const string StreamName = "main";

    private readonly TestFolder _folder = new();

    public LogsRoom()
    {
        Catalog = SqliteCatalog.Open(_folder.Below("catalog.db"));
        Open();
    }

    public static Caller Owner => S3Room.Caller;

    public SqliteCatalog Catalog { get; }

    public LogStore Store { get; private set; } = null!;

    public LogGroups Groups { get; private set; } = null!;

    public LogEvents Events { get; private set; } = null!;

    /// <summary>Now, in milliseconds since 1970.</summary>
    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public string LogsFolder => _folder.Below("logs");

    public static LogEntry Entry(long time, string message) => new(time, Encoding.UTF8.GetBytes(message));

    public static string[] Texts(IEnumerable<LogEvent> events) => [.. events.Select(static found => Encoding.UTF8.GetString(found.Message.Span))];

    public Task MakeGroupAsync() => Groups.CreateAsync(Owner, Group, null, null, isProtected: false, tags: null, CancellationToken.None);

    public async Task MakeStreamAsync()
    {
        await MakeGroupAsync();
        Groups.CreateStream(Owner, Group, StreamName);
    }

    public RejectedEvents Put(params LogEntry[] entries) => Events.Put(Owner, Group, StreamName, entries);

    public StreamPage Get(string? token = null, int? limit = null, bool fromHead = true, long? start = null, long? end = null) =>
        Events.Get(Owner, Group, StreamName, start, end, token, limit, fromHead);

    public FilteredPage Filter(string pattern, string? token = null, int? limit = null) =>
        Events.Filter(Owner, Group, null, null, null, null, FilterPattern.Parse(pattern), token, limit);

    /// <summary>As the next process finds it.</summary>
    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Catalog.DisposeAsync();
        _folder.Dispose();
    }

    private void Open()
    {
        Store = LogStore.Open(LogsFolder, Catalog);
        Groups = new LogGroups(Catalog, Store, TimeProvider.System);
        Events = new LogEvents(Groups, Store, TimeProvider.System);
    }
}
