using System.Xml.Linq;
using Lamina.Companions.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class CreateBucket(S3Rooms rooms) : IS3Operation
{
    private const string DefaultRegion = "us-east-1";

    public string Name => "CreateBucket";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        RequestHeaders.RefuseAcl(call);
        if (call.Header("x-amz-bucket-object-lock-enabled") is "true" or "True")
        {
            throw RequestHeaders.NotImplemented("x-amz-bucket-object-lock-enabled");
        }

        XElement? configuration = await call.ReadXmlAsync(cancellationToken);
        string region = Region(call, configuration?.Text("LocationConstraint"));
        await rooms.Buckets.CreateAsync(call.Caller, call.Bucket, region, cancellationToken);
        Answer answer = Answer.Empty(200);
        answer.Add("Location", "/" + call.Bucket);
        return answer;
    }

    /// <summary>Without a constraint S3 makes the bucket in us-east-1; an endpoint of another region takes only its own.</summary>
    private static string Region(S3Call call, string? constraint)
    {
        string? named = constraint == "EU" ? "eu-west-1" : constraint is { Length: > 0 } ? constraint : null;
        if (named == DefaultRegion)
        {
            throw S3Errors.Of("InvalidLocationConstraint", 400, "The specified location-constraint is not valid", ("LocationConstraint", named));
        }

        if (call.Caller.Region == DefaultRegion || call.Caller.Region == named)
        {
            return named ?? DefaultRegion;
        }

        throw S3Errors.Of(
            "IllegalLocationConstraintException",
            400,
            $"The {named ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.");
    }
}
