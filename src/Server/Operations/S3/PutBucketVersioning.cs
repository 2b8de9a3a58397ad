using System.Xml.Linq;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class PutBucketVersioning(S3Rooms rooms) : IS3Operation
{
    public string Name => "PutBucketVersioning";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        XElement configuration = await call.ReadXmlAsync(cancellationToken)
            ?? throw S3Errors.Of("MissingRequestBodyError", 400, "Request body is empty.");
        if (configuration.Text("MfaDelete") == "Enabled")
        {
            throw S3Errors.Of("NotImplemented", 501, "Lamina does not serve MFA delete.");
        }

        BucketVersioning versioning = configuration.Text("Status") switch
        {
            "Enabled" => BucketVersioning.Enabled,
            "Suspended" => BucketVersioning.Suspended,
            null => throw new AwsError(
                "IllegalVersioningConfigurationException", 400, "The Versioning element must be specified", AwsErrorBody.LowerMessageOnly),
            _ => throw S3Errors.MalformedXml(),
        };
        await rooms.Buckets.SetVersioningAsync(call.Caller, call.Bucket, versioning, cancellationToken);
        return Answer.Empty(200);
    }
}
