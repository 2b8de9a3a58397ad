using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetAccountSettings(CodeStorage storage, FunctionDirectory directory) : IOperation
{
    public string Name => "GetAccountSettings";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetAccountSettingsResponse response = new()
        {
            AccountLimit = new AccountLimit
            {
                TotalCodeSize = storage.QuotaBytes,
                CodeSizeUnzipped = Limits.UnzippedBytes,
                CodeSizeZipped = Limits.ZippedUploadBytes,
                ConcurrentExecutions = Limits.ConcurrentExecutions,
                UnreservedConcurrentExecutions = Limits.ConcurrentExecutions,
            },
            AccountUsage = new AccountUsage
            {
                TotalCodeSize = storage.CountBytes(call.Caller),
                FunctionCount = directory.Count(call.Caller),
            },
        };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.GetAccountSettingsResponse));
    }
}
