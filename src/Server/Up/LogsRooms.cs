using Lamina.Access.Policies;
using Lamina.Companions.Logs;
using Lamina.Contract.Models;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Operations.Logs;
using Lamina.Server.Wire.Json;
using Lamina.Store;

namespace Lamina.Server.Up;

/// <summary>CloudWatch Logs: the service, and the loop that writes the functions' lines.</summary>
internal sealed record LogsRooms(LogStore Store, LogGroups Groups, LogEvents Events, LogWriter Writer, JsonService Service) : IAsyncDisposable
{
    /// <param name="authorizer">Null where policies are not enforced.</param>
    public static LogsRooms Open(
        string dataDirectory, ICatalog catalog, IdentityAuthorizer? authorizer, TimeProvider time, Action<Exception> reportFailure)
    {
        LogStore store = LogStore.Open(Path.Combine(dataDirectory, "logs"), catalog);
        LogGroups groups = new(catalog, store, time);
        LogEvents events = new(groups, store, time);
        JsonService service = new(
            "logs",
            "Logs_20140328",
            LogsOperations.All,
            [
                new CreateLogGroup(groups),
                new CreateLogStream(groups),
                new DeleteLogGroup(groups),
                new DeleteLogStream(groups),
                new DeleteRetentionPolicy(groups),
                new DescribeLogGroups(groups),
                new DescribeLogStreams(groups),
                new FilterLogEvents(events),
                new GetLogEvents(events),
                new ListTagsForResource(groups),
                new ListTagsLogGroup(groups),
                new PutLogEvents(events),
                new PutRetentionPolicy(groups),
                new TagLogGroup(groups),
                new TagResource(groups),
                new UntagLogGroup(groups),
                new UntagResource(groups),
            ],
            LogsErrors.InvalidParameter,
            authorizer is null ? null : LogsResources.Authorization(authorizer, time));
        return new LogsRooms(store, groups, events, new LogWriter(groups, store, time, reportFailure), service);
    }

    /// <summary>A line that a function wrote.</summary>
    public void Take(FunctionVersion function, LogLine line, ReadOnlyMemory<byte> message) =>
        Writer.Append(function.Arn.Account, function.Arn.Region, function.Settings.LogGroup, line.Stream, line.Time, message);

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        await Store.DisposeAsync();
    }
}
