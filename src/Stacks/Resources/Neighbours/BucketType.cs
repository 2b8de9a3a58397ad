using Lamina.Companions.S3;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Neighbours;

/// <summary>AWS::S3::Bucket: its versioning is served, the rest of its properties is only kept in the stack (docs/not-served.txt).</summary>
internal sealed class BucketType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::S3::Bucket";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set(
            "AbacStatus", "AccelerateConfiguration", "AccessControl", "AnalyticsConfigurations", "BucketEncryption", "BucketName", "CorsConfiguration",
            "IntelligentTieringConfigurations", "InventoryConfigurations", "LifecycleConfiguration", "LoggingConfiguration", "MetadataConfiguration",
            "MetadataTableConfiguration", "MetricsConfigurations", "NotificationConfiguration", "ObjectLockConfiguration", "ObjectLockEnabled",
            "OwnershipControls", "PublicAccessBlockConfiguration", "ReplicationConfiguration", "Tags", "VersioningConfiguration", "WebsiteConfiguration"),
        Replacing = ResourceShape.Set("BucketName", "ObjectLockEnabled"),
        NameProperty = "BucketName",
        MaxNameLength = 63,
        HasLowerCaseName = true,
        Attributes = ResourceShape.Set("Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"),
    };

    public string? MarkBefore(ResourceCall call) => Faults.FindOrNull(() => rooms.Buckets.Get(call.Caller, BucketName.Parse(call.Name))) is null
        ? null : throw Faults.Exists(Name, call.Name);

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        BucketName name = BucketName.Parse(call.Name);
        if (!call.IsRepeated || Faults.FindOrNull(() => rooms.Buckets.Get(call.Caller, name)) is null)
        {
            await rooms.Buckets.CreateAsync(call.Caller, name, call.Caller.Region, cancellationToken);
        }

        await call.InitiatedAsync(call.Name);
        if (call.Map("VersioningConfiguration") is not null)
        {
            await SetVersioningAsync(call, name, cancellationToken);
        }

        return Result(call, call.Name);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        if (call.IsRepeated || !Scalars.Same(call.Properties["VersioningConfiguration"], before["VersioningConfiguration"]))
        {
            await SetVersioningAsync(call, BucketName.Parse(call.PhysicalId!), cancellationToken);
        }

        return Result(call, call.PhysicalId!);
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) =>
        Faults.DeleteAsync(() => rooms.Buckets.DeleteAsync(call.Caller, BucketName.Parse(call.PhysicalId!), cancellationToken));

    /// <summary>Versioning that was once enabled can only be suspended, as in S3.</summary>
    private async Task SetVersioningAsync(ResourceCall call, BucketName name, CancellationToken cancellationToken)
    {
        string? wanted = Scalars.TextOf(call.Map("VersioningConfiguration")?["Status"]);
        bool wasOn = rooms.Buckets.Get(call.Caller, name).Versioning != BucketVersioning.Unversioned;
        if (wanted == "Enabled" || wanted == "Suspended" || wasOn)
        {
            await rooms.Buckets.SetVersioningAsync(
                call.Caller, name, wanted == "Enabled" ? BucketVersioning.Enabled : BucketVersioning.Suspended, cancellationToken);
        }
    }

    private static ResourceResult Result(ResourceCall call, string name) => new(name, new TemplateMap
    {
        ["Arn"] = $"arn:aws:s3:::{name}",
        ["DomainName"] = $"{name}.s3.amazonaws.com",
        ["DualStackDomainName"] = $"{name}.s3.dualstack.{call.Caller.Region}.amazonaws.com",
        ["RegionalDomainName"] = $"{name}.s3.{call.Caller.Region}.amazonaws.com",
        ["WebsiteURL"] = $"http://{name}.s3-website-{call.Caller.Region}.amazonaws.com",
    });
}
