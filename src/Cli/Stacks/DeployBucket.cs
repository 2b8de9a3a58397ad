using System.Security.Cryptography;
using System.Text;
using Lamina.Cli.Lambda;

namespace Lamina.Cli.Stacks;

/// <summary>
/// The bucket of what templates name by local paths: <c>lamina-deploy-ACCOUNT-REGION</c>, made when it is first needed. A key is the SHA-256 of
/// its content, so what is there is never sent again.
/// </summary>
internal sealed class DeployBucket(Wire wire, string account)
{
    private const string DefaultRegion = "us-east-1";

    private bool _made;

    public string Name { get; } = $"lamina-deploy-{account}-{wire.Connection.Region}";

    /// <summary>Its key.</summary>
    /// <param name="extension">With its dot.</param>
    public async Task<string> UploadAsync(byte[] content, string extension, CancellationToken cancellationToken)
    {
        await MakeAsync(cancellationToken);
        string key = Convert.ToHexStringLower(SHA256.HashData(content)) + extension;
        if (!await HasAsync(key, cancellationToken))
        {
            using HttpRequestMessage put = wire.Request(ServiceNames.S3, HttpMethod.Put, $"/{Name}/{key}", content, "application/octet-stream");
            using HttpResponseMessage stored = await wire.SendAsync(put, cancellationToken);
        }

        return key;
    }

    private async Task<bool> HasAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage head = wire.Request(ServiceNames.S3, HttpMethod.Head, $"/{Name}/{key}", default, string.Empty);
            using HttpResponseMessage found = await wire.SendAsync(head, cancellationToken);
            return true;
        }
        catch (CliError error) when (LambdaError.Is(error, "HTTP 404"))
        {
            return false;
        }
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        if (_made)
        {
            return;
        }

        // us-east-1 is the one region that S3 takes no constraint for.
        byte[] body = wire.Connection.Region == DefaultRegion
            ? []
            : Encoding.UTF8.GetBytes(
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                + $"<LocationConstraint>{wire.Connection.Region}</LocationConstraint></CreateBucketConfiguration>");
        try
        {
            using HttpRequestMessage put = wire.Request(ServiceNames.S3, HttpMethod.Put, $"/{Name}", body, "application/xml");
            using HttpResponseMessage made = await wire.SendAsync(put, cancellationToken);
        }
        catch (CliError error) when (LambdaError.Is(error, "BucketAlreadyOwnedByYou"))
        {
            // As it should be.
        }

        _made = true;
    }
}
