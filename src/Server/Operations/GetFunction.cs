using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Internal;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetFunction(FunctionDirectory directory, FunctionConcurrency concurrency, ContentLinks links) : IOperation
{
    public string Name => "GetFunction";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetFunctionRequest request = LambdaRequests.GetFunction(call);
        FunctionVersion function = directory.Resolve(
            call.Caller, request.FunctionName!, request.Qualifier, out FunctionReference reference);
        GetFunctionResponse response = new()
        {
            Configuration = FunctionAnswers.Configuration(function) with { FunctionArn = reference.ToString() },
            Code = Location(function, call),
            Concurrency = concurrency.FindReserved(function.Arn) is { } reserved ? new Concurrency { ReservedConcurrentExecutions = reserved } : null,
            Tags = directory.FindTags(function.Arn),
        };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.GetFunctionResponse));
    }

    private FunctionCodeLocation Location(FunctionVersion function, OperationCall call) => function.Image is { } image
        ? new FunctionCodeLocation { RepositoryType = "ECR", ImageUri = image.Uri, ResolvedImageUri = image.ResolvedUri }
        : new FunctionCodeLocation { RepositoryType = "S3", Location = links.Make(call.Authority, function.Code!.Digest) };
}
