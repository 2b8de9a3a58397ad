using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>Makes published versions of $LATEST. A version shares code and layers with it, so it is ready at once.</summary>
public sealed class FunctionPublisher(ICatalog catalog, CodeStorage storage, FunctionPermissions permissions)
{
    public async Task<FunctionVersion> PublishAsync(Caller caller, PublishVersionRequest request, CancellationToken cancellationToken)
    {
        FunctionArn arn = permissions.Address(catalog.Current, caller, request.FunctionName!, null, "lambda:PublishVersion").Function;
        FunctionRules.Check(request);
        return await catalog.CommitAsync(
            transaction =>
            {
                FunctionDocument document = FunctionEditor.RequireChangeable(transaction, arn, request.RevisionId);
                RequireCode(request.CodeSha256, document.Latest.CodeSha256);
                if (document.Ready is null)
                {
                    throw FunctionEditor.WrongState(document.Latest);
                }

                return VersionDraft.Publish(transaction, document, request.Description, storage);
            },
            cancellationToken);
    }

    private static void RequireCode(string? asked, string latest)
    {
        if (!string.IsNullOrEmpty(asked) && asked != latest)
        {
            throw AwsError.InvalidParameterValue(
                $"CodeSHA256 ({asked}) is different from current CodeSHA256 in $LATEST ({latest}). "
                + "Please try again with the CodeSHA256 in $LATEST.");
        }
    }
}
