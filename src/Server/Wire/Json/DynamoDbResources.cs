using Lamina.Access.Policies;
using Lamina.Contract;
using Lamina.Contract.Json;

namespace Lamina.Server.Wire.Json;

/// <summary>What an operation of DynamoDB is about, as policies name it, and the actions that policies know instead of its name.</summary>
internal static class DynamoDbResources
{
    public static Action<JsonCall, string> Authorization(IdentityAuthorizer authorizer, TimeProvider time)
    {
        ServiceAuthorization authorization = new(
            "dynamodb", authorizer, time, static message => new AwsError("AccessDeniedException", 400, message, AwsErrorBody.LowerMessageOnly));
        return (call, operation) =>
        {
            foreach ((string action, string resource) in Of(call, operation))
            {
                authorization.Check(call.Caller, action, resource);
            }
        };
    }

    private static IEnumerable<(string Action, string Resource)> Of(JsonCall call, string operation) => operation switch
    {
        "BatchGetItem" or "BatchWriteItem" => (call.Request.StructureMap("RequestItems") ?? []).Select(table => (operation, ArnOf(call.Caller, table.Key, null))),
        // A transaction is allowed when each of its parts is.
        "TransactGetItems" or "TransactWriteItems" => (call.Request.Structures("TransactItems") ?? []).SelectMany(item => PartsOf(call.Caller, item)),
        "ListTables" => [(operation, "*")],
        _ => [(operation, ArnOf(call.Caller, call.Request.Text("TableName") ?? call.Request.Text("ResourceArn") ?? "*", call.Request.Text("IndexName")))],
    };

    private static IEnumerable<(string Action, string Resource)> PartsOf(Caller caller, JsonRequest item)
    {
        foreach ((string member, string action) in new[]
        {
            ("Get", "GetItem"), ("Put", "PutItem"), ("Update", "UpdateItem"), ("Delete", "DeleteItem"), ("ConditionCheck", "ConditionCheckItem"),
        })
        {
            if (item.Structure(member) is { } part)
            {
                yield return (action, ArnOf(caller, part.RequiredText("TableName"), null));
            }
        }
    }

    private static string ArnOf(Caller caller, string nameOrArn, string? index)
    {
        string arn = nameOrArn.StartsWith("arn:", StringComparison.Ordinal)
            ? nameOrArn
            : $"arn:aws:dynamodb:{caller.Region}:{caller.Account}:table/{nameOrArn}";
        return index is null ? arn : $"{arn}/index/{index}";
    }
}
