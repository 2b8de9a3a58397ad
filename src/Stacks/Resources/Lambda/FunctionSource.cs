using System.IO.Compression;
using System.Text;
using Lamina.Layers;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Lambda;

/// <summary>The property Code: an object in S3, an image, or the source itself, which becomes an archive with one file and CloudFormation's answering module.</summary>
internal static class FunctionSource
{
    // Archives are compared by their digest: the same source gives the same bytes.
    private static readonly DateTimeOffset FileTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TemplateMap BodyOf(ResourceCall call)
    {
        TemplateMap code = call.Map("Code") ?? throw StackErrors.Validation("Property Code must be an object.");
        if (Scalars.TextOf(code["ZipFile"]) is not { } source)
        {
            return code.CopyFlat();
        }

        return new TemplateMap { ["ZipFile"] = Convert.ToBase64String(ArchiveOf(source, call.Text("Runtime") ?? "")) };
    }

    /// <summary>To be disposed after use.</summary>
    public static ArchiveUpload Open(ResourceCall call, byte[]? archive, ObjectSource objects)
    {
        TemplateMap code = call.Map("Code")!;
        return archive is not null || Scalars.TextOf(code["S3Bucket"]) is not { } bucket
            ? archive
            : objects.OpenArchive(
                call.Caller,
                bucket,
                Scalars.TextOf(code["S3Key"]) ?? throw StackErrors.Validation("Property S3Key cannot be empty."),
                Scalars.TextOf(code["S3ObjectVersion"]));
    }

    private static byte[] ArchiveOf(string source, string runtime)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            if (runtime.StartsWith("python", StringComparison.Ordinal))
            {
                Add(zip, "index.py", source);
                Add(zip, "cfnresponse.py", AnsweringModules.Python);
            }
            else if (runtime.StartsWith("nodejs", StringComparison.Ordinal))
            {
                Add(zip, "index.js", source);
                Add(zip, "node_modules/cfn-response/index.js", AnsweringModules.JavaScript);
            }
            else
            {
                throw StackErrors.Validation($"ZipFile can only be used when Runtime is set to python or nodejs; it is '{runtime}'.");
            }
        }

        return bytes.ToArray();
    }

    private static void Add(ZipArchive zip, string name, string content)
    {
        ZipArchiveEntry entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = FileTime;
        entry.ExternalAttributes = Convert.ToInt32("100644", 8) << 16;
        using Stream stream = entry.Open();
        stream.Write(Encoding.UTF8.GetBytes(content));
    }
}
