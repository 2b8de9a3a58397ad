using System.Xml;
using Lamina.Companions.S3;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

/// <summary>The elements that S3's listings share.</summary>
internal static class ListingXml
{
    public static void Checksum(this XmlWriter writer, ObjectChecksum? checksum)
    {
        if (checksum is not null)
        {
            writer.Text($"Checksum{checksum.Algorithm}", checksum.Value);
            writer.Text("ChecksumType", AnswerHeaders.TypeOf(checksum));
        }
    }

    public static void Contents(this XmlWriter writer, ObjectVersion version, KeyEncoding encoding, string? owner) =>
        writer.Element("Contents", item =>
        {
            item.Text("Key", encoding.Encode(version.Key));
            Properties(item, version);
            if (owner is not null)
            {
                item.Owner("Owner", owner);
            }

            item.Text("StorageClass", version.Description.StorageClass);
        });

    public static void Version(this XmlWriter writer, ListedVersion listed, KeyEncoding encoding, string owner) =>
        writer.Element(listed.Version.IsDeleteMarker ? "DeleteMarker" : "Version", item =>
        {
            item.Text("Key", encoding.Encode(listed.Version.Key));
            item.Text("VersionId", listed.Version.VersionId);
            item.Flag("IsLatest", listed.IsLatest);
            if (listed.Version.IsDeleteMarker)
            {
                item.Date("LastModified", listed.Version.LastModified);
            }
            else
            {
                Properties(item, listed.Version);
                item.Text("StorageClass", listed.Version.Description.StorageClass);
            }

            item.Owner("Owner", owner);
        });

    public static void CommonPrefixes<T>(this XmlWriter writer, ListPage<T> page, KeyEncoding encoding)
        where T : class
    {
        foreach (ListEntry<T> entry in page.Entries)
        {
            if (entry.CommonPrefix is { } prefix)
            {
                writer.Element("CommonPrefixes", item => item.Text("Prefix", encoding.Encode(prefix)));
            }
        }
    }

    private static void Properties(XmlWriter item, ObjectVersion version)
    {
        item.Date("LastModified", version.LastModified);
        item.Text("ETag", AnswerHeaders.Quoted(version.Content.ETag));
        if (version.Content.Checksum is { } checksum)
        {
            item.Text("ChecksumAlgorithm", checksum.Algorithm.ToString());
            item.Text("ChecksumType", AnswerHeaders.TypeOf(checksum));
        }

        item.Number("Size", version.Content.SizeBytes);
    }
}
