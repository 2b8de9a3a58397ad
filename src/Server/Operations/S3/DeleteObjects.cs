using System.Xml;
using System.Xml.Linq;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class DeleteObjects(S3Rooms rooms) : IS3Operation
{
    public string Name => "DeleteObjects";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        rooms.Buckets.Get(call.Caller, call.Bucket);
        XElement document = await call.ReadXmlAsync(cancellationToken)
            ?? throw S3Errors.Of("MissingRequestBodyError", 400, "Request body is empty.");
        XElement[] objects = [.. document.Children("Object")];
        if (objects.Length is 0 or > Limits.ObjectPage)
        {
            throw S3Errors.MalformedXml();
        }

        // All at once: they wait for one write of the catalog together.
        Result[] results = await Task.WhenAll(objects.Select(item => DeleteAsync(call, item, cancellationToken)));
        bool quiet = document.Text("Quiet") == "true";
        return S3Answers.Xml(200, S3Answers.Namespace, "DeleteResult", writer =>
        {
            foreach (Result result in results)
            {
                Write(writer, result, quiet);
            }
        });
    }

    private async Task<Result> DeleteAsync(S3Call call, XElement item, CancellationToken cancellationToken)
    {
        string key = item.Text("Key") is { Length: > 0 } given ? given : throw S3Errors.MalformedXml();
        string? versionId = item.Text("VersionId");
        string? ifMatch = item.Text("ETag") is { } etag ? RequestHeaders.Unquoted(etag) : null;
        try
        {
            DeletedObject deleted = await rooms.Objects.DeleteAsync(
                call.Caller, call.Bucket, ObjectKey.Parse(key), versionId, ifMatch, cancellationToken);
            return new Result(key, versionId, deleted, null);
        }
        catch (AwsError error)
        {
            return new Result(key, versionId, null, error);
        }
    }

    private static void Write(XmlWriter writer, Result result, bool quiet)
    {
        if (result.Error is { } error)
        {
            writer.Element("Error", item =>
            {
                item.Text("Key", result.Key);
                item.Text("VersionId", result.VersionId);
                item.Text("Code", error.Code);
                item.Text("Message", error.Message);
            });
        }
        else if (!quiet)
        {
            DeletedObject deleted = result.Deleted!;
            writer.Element("Deleted", item =>
            {
                item.Text("Key", result.Key);
                item.Text("VersionId", result.VersionId);
                item.Text("DeleteMarker", deleted.IsDeleteMarker ? "true" : null);
                item.Text("DeleteMarkerVersionId", deleted.IsDeleteMarker ? deleted.VersionId : null);
            });
        }
    }

    private sealed record Result(string Key, string? VersionId, DeletedObject? Deleted, AwsError? Error);
}
