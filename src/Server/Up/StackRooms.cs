using Lamina.Access.Policies;
using Lamina.Contract;
using Lamina.Contract.Models;
using Lamina.Server.Operations.CloudFormation;
using Lamina.Server.Wire;
using Lamina.Server.Wire.Query;
using Lamina.Stacks;

namespace Lamina.Server.Up;

/// <summary>CloudFormation: the room of the stacks, and the service that is made of it.</summary>
internal sealed record StackRooms(StackRoom Room, QueryService Service) : IAsyncDisposable
{
    /// <param name="authorizer">Null where policies are not enforced.</param>
    public static StackRooms Open(StackRoomParts parts, IdentityAuthorizer? authorizer)
    {
        StackRoom room = StackRoom.Open(parts);
        return new StackRooms(room, new QueryService(
            "cloudformation",
            "2010-05-15",
            CloudformationOperations.All,
            [
                new CancelUpdateStack(room),
                new ContinueUpdateRollback(room),
                new CreateChangeSet(room),
                new CreateStack(room),
                new DeleteChangeSet(room),
                new DeleteStack(room),
                new DescribeChangeSet(room),
                new DescribeStackEvents(room),
                new DescribeStackResource(room),
                new DescribeStackResources(room),
                new DescribeStacks(room),
                new ExecuteChangeSet(room),
                new GetStackPolicy(room),
                new GetTemplate(room),
                new GetTemplateSummary(room),
                new ListChangeSets(room),
                new ListExports(room),
                new ListImports(room),
                new ListStackResources(room),
                new ListStacks(room),
                new RollbackStack(room),
                new SetStackPolicy(room),
                new UpdateStack(room),
                new UpdateTerminationProtection(room),
                new ValidateTemplate(room),
            ],
            authorizer is null ? null : Authorization(authorizer, parts.Time)));
    }

    public ValueTask DisposeAsync() => Room.DisposeAsync();

    private static Action<QueryCall, string> Authorization(IdentityAuthorizer authorizer, TimeProvider time)
    {
        ServiceAuthorization authorization = new(
            "cloudformation", authorizer, time, static message => new AwsError("AccessDenied", 403, message, AwsErrorBody.LowerMessageOnly));
        return (call, operation) => authorization.Check(call.Caller, operation, ResourceOf(call));
    }

    private static string ResourceOf(QueryCall call) => call.Request.Text("StackName") switch
    {
        null => "*",
        var id when id.StartsWith("arn:", StringComparison.Ordinal) => id,
        var name => $"arn:aws:cloudformation:{call.Caller.Region}:{call.Caller.Account}:stack/{name}/*",
    };
}
