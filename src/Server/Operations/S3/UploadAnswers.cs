using System.Xml;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

/// <summary>What the operations on multipart uploads have in common.</summary>
internal static class UploadAnswers
{
    public static string UploadId(this S3Call call) => call.Query("uploadId")!;

    /// <summary>Throws <c>InvalidArgument</c> for a number that no part can have.</summary>
    public static int PartNumber(this S3Call call)
    {
        const string Fault = "Part number must be an integer between 1 and 10000, inclusive";
        return int.TryParse(call.Query("partNumber"), out int number) && number is >= 1 and <= Limits.UploadParts
            ? number
            : throw S3Errors.InvalidArgument(Fault, "partNumber", call.Query("partNumber")!);
    }

    public static void UploadChecksum(this XmlWriter writer, MultipartUpload upload)
    {
        if (upload.AlgorithmAsked)
        {
            writer.Text("ChecksumAlgorithm", upload.Algorithm.ToString());
            writer.Text("ChecksumType", TypeOf(upload));
        }
    }

    public static string TypeOf(MultipartUpload upload) => upload.IsComposite ? "COMPOSITE" : "FULL_OBJECT";

    public static void AddChecksum(this Answer answer, StoredContent content) =>
        answer.Add(S3Body.HeaderOf(content.Algorithm), content.Checksum);
}
