using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.S3;

/// <summary>What a listing asks for. <see cref="After"/> is where the former page ended, or a key given by the client.</summary>
/// <param name="Delimiter">Null or not empty.</param>
public sealed record ListQuery(string Prefix, string? Delimiter, string? After, int MaxKeys);

/// <param name="Entries">In the order of keys; a version, or the common prefix of several keys.</param>
/// <param name="Next">What to hand in as <see cref="ListQuery.After"/> for the next page; null at the end.</param>
public sealed record ListPage<T>(IReadOnlyList<ListEntry<T>> Entries, string? Next, string? NextVersionId)
    where T : class;

public sealed record ListEntry<T>(T? Item, string? CommonPrefix)
    where T : class;

/// <param name="IsLatest">A read without a version id finds this one.</param>
public sealed record ListedVersion(ObjectVersion Version, bool IsLatest);

/// <summary>Pages through a bucket. Every step finds its next document in the tree, so what is skipped is not read.</summary>
public sealed class ObjectListing(ICatalog catalog)
{
    /// <summary>The latest version of each key that is not deleted.</summary>
    public ListPage<ObjectVersion> ListObjects(Caller caller, BucketName bucket, ListQuery query)
    {
        CatalogSnapshot snapshot = catalog.Current;
        Buckets.Require(snapshot, caller, bucket);
        Cursor cursor = new(snapshot, S3Documents.Versions, bucket, query);
        cursor.StartAfter(query.After);
        List<ListEntry<ObjectVersion>> entries = [];
        while (cursor.Next() is { } document)
        {
            ObjectVersion latest = document.Read(S3Json.Default.ObjectVersion);
            if (latest.IsDeleteMarker)
            {
                cursor.SkipKey(latest.Key);
                continue;
            }

            if (entries.Count == query.MaxKeys)
            {
                return new ListPage<ObjectVersion>(entries, LastOf(entries, static version => version.Key), null);
            }

            string? common = cursor.SkipCommonPrefix(latest.Key);
            entries.Add(new ListEntry<ObjectVersion>(common is null ? latest : null, common));
            if (common is null)
            {
                cursor.SkipKey(latest.Key);
            }
        }

        return new ListPage<ObjectVersion>(entries, null, null);
    }

    /// <summary>All versions, the newest of a key first.</summary>
    /// <param name="afterVersionId">Goes on within the key <see cref="ListQuery.After"/>, behind this version of it.</param>
    public ListPage<ListedVersion> ListVersions(Caller caller, BucketName bucket, ListQuery query, string? afterVersionId)
    {
        CatalogSnapshot snapshot = catalog.Current;
        Buckets.Require(snapshot, caller, bucket);
        Cursor cursor = new(snapshot, S3Documents.Versions, bucket, query);
        if (!TryStartBehind(cursor, snapshot, bucket, query.After, afterVersionId))
        {
            cursor.StartAfter(query.After);
        }

        List<ListEntry<ListedVersion>> entries = [];
        while (cursor.Next() is { } document)
        {
            if (entries.Count == query.MaxKeys)
            {
                ListEntry<ListedVersion>? last = entries.LastOrDefault();
                return new ListPage<ListedVersion>(entries, LastOf(entries, static item => item.Version.Key), last?.Item?.Version.VersionId);
            }

            ObjectVersion version = document.Read(S3Json.Default.ObjectVersion);
            string? common = cursor.SkipCommonPrefix(version.Key);
            if (common is null)
            {
                cursor.Skip(document);
            }

            entries.Add(new ListEntry<ListedVersion>(common is null ? Listed(snapshot, bucket, version) : null, common));
        }

        return new ListPage<ListedVersion>(entries, null, null);
    }

    /// <summary>Multipart uploads under way, in the order of keys.</summary>
    public ListPage<MultipartUpload> ListUploads(Caller caller, BucketName bucket, ListQuery query, string? afterUploadId)
    {
        CatalogSnapshot snapshot = catalog.Current;
        Buckets.Require(snapshot, caller, bucket);
        Cursor cursor = new(snapshot, S3Documents.Uploads, bucket, query);
        if (query.After is not null && afterUploadId is { Length: > 0 })
        {
            cursor.StartAt(S3Documents.UploadKey(bucket, ObjectKey.Parse(query.After), afterUploadId));
        }
        else
        {
            cursor.StartAfter(query.After);
        }

        List<ListEntry<MultipartUpload>> entries = [];
        while (cursor.Next() is { } document)
        {
            if (entries.Count == query.MaxKeys)
            {
                return new ListPage<MultipartUpload>(
                    entries, LastOf(entries, static upload => upload.Key), entries.LastOrDefault()?.Item?.UploadId);
            }

            MultipartUpload upload = document.Read(S3Json.Default.MultipartUpload);
            string? common = cursor.SkipCommonPrefix(upload.Key);
            if (common is null)
            {
                cursor.Skip(document);
            }

            entries.Add(new ListEntry<MultipartUpload>(common is null ? upload : null, common));
        }

        return new ListPage<MultipartUpload>(entries, null, null);
    }

    private static string? LastOf<T>(List<ListEntry<T>> entries, Func<T, string> keyOf)
        where T : class =>
        entries is [.., var last] ? last.CommonPrefix ?? keyOf(last.Item!) : null;

    private static ListedVersion Listed(CatalogSnapshot snapshot, BucketName bucket, ObjectVersion version) =>
        new(version, S3Documents.FindLatest(snapshot, bucket, ObjectKey.Parse(version.Key))?.Sequence == version.Sequence);

    private static bool TryStartBehind(Cursor cursor, CatalogSnapshot snapshot, BucketName bucket, string? key, string? versionId)
    {
        if (key is null || versionId is null)
        {
            return false;
        }

        ObjectKey marked = ObjectKey.Parse(key);
        ObjectVersion? version = S3Documents.VersionsOf(snapshot, bucket, marked).FirstOrDefault(version => version.VersionId == versionId);
        if (version is not null)
        {
            cursor.StartAt(S3Documents.VersionKey(bucket, marked, version.Sequence));
        }

        return version is not null;
    }

    /// <summary>A place among the catalog's keys of one bucket below one prefix.</summary>
    private sealed class Cursor(CatalogSnapshot snapshot, string collection, BucketName bucket, ListQuery query)
    {
        private readonly string _start = S3Documents.Prefix(bucket) + ObjectKey.ToSortable(query.Prefix);
        private string? _after;

        public Document? Next() => snapshot.Scan(collection, _start, _after).FirstOrDefault();

        public void StartAt(string catalogKey) => _after = catalogKey;

        public void Skip(Document document) => _after = document.Key;

        /// <summary>Behind a key with all its versions; behind all keys of a common prefix when the former page ended with that.</summary>
        public void StartAfter(string? key)
        {
            if (key is not { Length: > 0 })
            {
                return;
            }

            if (CommonPrefixOf(key) == key)
            {
                SkipBeginning(key);
            }
            else
            {
                SkipKey(key);
            }
        }

        public void SkipKey(string key) => _after = S3Documents.Prefix(bucket) + ObjectKey.ToSortable(key) + S3Documents.KeyEnd + S3Documents.Last;

        /// <summary>The prefix that stands for the key and its like, which are then all skipped; null when the key stands for itself.</summary>
        public string? SkipCommonPrefix(string key)
        {
            string? common = CommonPrefixOf(key);
            if (common is not null)
            {
                SkipBeginning(common);
            }

            return common;
        }

        private void SkipBeginning(string beginning) => _after = S3Documents.Prefix(bucket) + ObjectKey.ToSortable(beginning) + S3Documents.Last;

        private string? CommonPrefixOf(string key)
        {
            if (query.Delimiter is null || !key.StartsWith(query.Prefix, StringComparison.Ordinal))
            {
                return null;
            }

            int at = key.IndexOf(query.Delimiter, query.Prefix.Length, StringComparison.Ordinal);
            return at < 0 ? null : key[..(at + query.Delimiter.Length)];
        }
    }
}
