using Lamina.Companions.DynamoDb;
using Lamina.Companions.Logs;
using Lamina.Contract;
using Lamina.Functions;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>POST /_lamina/reset: everything is gone, as between the tests of a suite. Only where the operator allows it.</summary>
internal sealed class Reset(FunctionEditor editor, LogStore logs, TableStore tables, bool allowed) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["reset"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(call.Context.Request.Method))
        {
            throw new AwsError(
                "MethodNotAllowedException", 405, $"This path takes POST, not {call.Context.Request.Method}.", AwsErrorBody.LowerMessageOnly);
        }

        if (!allowed)
        {
            throw new AwsError(
                "AccessDeniedException", 403, "This server forgets nothing: it was started without --allow-reset.", AwsErrorBody.UpperMessageOnly);
        }

        await editor.ForgetEverythingAsync();
        logs.RemoveAll();
        await tables.ForgetEverythingAsync();
        return Answer.Empty(204);
    }
}
