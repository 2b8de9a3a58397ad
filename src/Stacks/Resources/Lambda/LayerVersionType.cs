using System.Globalization;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Lambda;

/// <summary>AWS::Lambda::LayerVersion. Its mark is the highest number that the layer had before.</summary>
internal sealed class LayerVersionType(StackRoomParts rooms, ObjectSource objects) : IResourceType
{
    public string Name => "AWS::Lambda::LayerVersion";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("Content", "LayerName", "Description", "LicenseInfo", "CompatibleRuntimes", "CompatibleArchitectures"),
        Required = ["Content"],
        IsImmutable = true,
        Attributes = ResourceShape.Set("LayerVersionArn"),
    };

    public string? MarkBefore(ResourceCall call) =>
        Versions(call).Select(static version => version.Version).DefaultIfEmpty(0).Max().ToString(CultureInfo.InvariantCulture);

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        long mark = long.Parse(call.Mark!, CultureInfo.InvariantCulture);
        LayerVersion version = (call.IsRepeated ? Versions(call).Where(made => made.Version > mark).MinBy(static made => made.Version) : null)
            ?? await PublishAsync(call, cancellationToken);
        string arn = $"{version.LayerArn}:{version.Version.ToString(CultureInfo.InvariantCulture)}";
        return new ResourceResult(arn, new TemplateMap { ["LayerVersionArn"] = arn });
    }

    public Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
        throw new System.Diagnostics.UnreachableException("Every change of a layer version replaces it.");

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) =>
        Faults.DeleteAsync(() => rooms.LayerLibrary.DeleteAsync(call.Caller, LayerVersionArn.Parse(call.PhysicalId!), cancellationToken));

    private static string LayerNameOf(ResourceCall call) => call.Text("LayerName") ?? call.Name;

    private async Task<LayerVersion> PublishAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        TemplateMap content = call.Map("Content") ?? throw StackErrors.Validation("Property Content must be an object.");
        TemplateMap body = RequestBodies.Pick(call.Properties, "Content", "Description", "LicenseInfo", "CompatibleRuntimes", "CompatibleArchitectures");
        PublishLayerVersionRequest request = LambdaRequests.PublishLayerVersion(
            RequestBodies.Of(body).Span, new RequestNames(("LayerName", LayerNameOf(call))));
        using ArchiveUpload archive = objects.OpenArchive(
            call.Caller,
            Scalars.TextOf(content["S3Bucket"]) ?? throw StackErrors.Validation("Property S3Bucket cannot be empty."),
            Scalars.TextOf(content["S3Key"]) ?? throw StackErrors.Validation("Property S3Key cannot be empty."),
            Scalars.TextOf(content["S3ObjectVersion"]));
        return await rooms.Layers.PublishAsync(call.Caller, request, archive, cancellationToken);
    }

    private IEnumerable<LayerVersion> Versions(ResourceCall call) =>
        LayerArn.TryParse(LayerNameOf(call), call.Caller, out LayerArn? layer) ? rooms.LayerLibrary.ListVersions(call.Caller, layer) : [];
}

/// <summary>AWS::Lambda::LayerVersionPermission. Its physical id is the layer version's ARN, a hash sign and the statement's id.</summary>
internal sealed class LayerVersionPermissionType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::Lambda::LayerVersionPermission";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("Action", "LayerVersionArn", "OrganizationId", "Principal"),
        Required = ["Action", "LayerVersionArn", "Principal"],
        IsImmutable = true,
        MaxNameLength = 100,
        Attributes = ResourceShape.Set("Id"),
    };

    public string? MarkBefore(ResourceCall call) => null;

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        LayerVersionArn arn = ArnOf(call.RequiredText("LayerVersionArn"));
        TemplateMap body = RequestBodies.Pick(call.Properties, "Action", "OrganizationId", "Principal");
        body["StatementId"] = call.Name;
        AddLayerVersionPermissionRequest request = LambdaRequests.AddLayerVersionPermission(
            RequestBodies.Of(body).Span,
            new RequestNames(("LayerName", arn.Layer.ToString()), ("VersionNumber", arn.Version.ToString(CultureInfo.InvariantCulture))));
        try
        {
            await rooms.LayerPermissions.AddAsync(call.Caller, arn, request, cancellationToken);
        }
        catch (AwsError error) when (call.IsRepeated && error.Status == 409)
        {
            // The first try had added it.
        }

        string id = $"{arn}#{call.Name}";
        return new ResourceResult(id, new TemplateMap { ["Id"] = id });
    }

    public Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
        throw new System.Diagnostics.UnreachableException("Every change of a permission replaces it.");

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        string[] parts = call.PhysicalId!.Split('#');
        return Faults.DeleteAsync(() => rooms.LayerPermissions.RemoveAsync(call.Caller, ArnOf(parts[0]), parts[^1], null, cancellationToken));
    }

    private static LayerVersionArn ArnOf(string text) => LayerVersionArn.TryParse(text, out LayerVersionArn? arn)
        ? arn : throw StackErrors.Validation($"{text} is not the ARN of a layer version.");
}
