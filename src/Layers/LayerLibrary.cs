using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>What layer versions there are, for reading, attaching and deleting.</summary>
public sealed class LayerLibrary(ICatalog catalog, LayerPermissions permissions)
{
    /// <summary>Throws ResourceNotFound with AWS's text.</summary>
    public LayerVersion Get(Caller caller, LayerVersionArn arn)
    {
        LayerAccess.RequireNumber(arn);
        permissions.RequireUsable(catalog.Current, caller, arn);
        return Find(arn) ?? throw AwsError.ResourceNotFound("The resource you requested does not exist.");
    }

    /// <summary>The newest version of each layer of the caller's account and region, by name, after <paramref name="after"/>.</summary>
    public IEnumerable<LayerVersion> ListNewest(Caller caller, string? after) => ListNewest(caller, after, LayerFilter.None);

    /// <summary>The newest version that matches the filter of each layer that has one.</summary>
    /// <param name="after">A layer's name, or null to begin.</param>
    public IEnumerable<LayerVersion> ListNewest(Caller caller, string? after, LayerFilter filter)
    {
        CatalogSnapshot snapshot = catalog.Current;
        string owner = LayerDocuments.OwnerPrefix(caller.Account, caller.Region);
        foreach (Document layer in snapshot.Scan(LayerDocuments.Layers, owner, after is null ? null : owner + after))
        {
            LayerVersion? newest = ReadVersions(snapshot, layer.Key + "/", after: null).FirstOrDefault(filter.Matches);
            if (newest is not null)
            {
                yield return newest;
            }
        }
    }

    /// <summary>All versions of a layer, newest first; empty for an unknown layer.</summary>
    public IEnumerable<LayerVersion> ListVersions(Caller caller, LayerArn layer) =>
        ListVersions(caller, layer, after: null, LayerFilter.None);

    /// <param name="after">The version whose predecessors follow, or null to begin with the newest.</param>
    public IEnumerable<LayerVersion> ListVersions(Caller caller, LayerArn layer, long? after, LayerFilter filter)
    {
        LayerAccess.Require(caller, layer.Account, "lambda:ListLayerVersions", layer.ToString());
        string? afterKey = after is { } version ? LayerDocuments.KeyOf(layer.Version(version)) : null;
        return ReadVersions(catalog.Current, LayerDocuments.VersionsPrefix(layer), afterKey).Where(filter.Matches);
    }

    /// <summary>Raised after a deletion.</summary>
    public event Action? Deleted;

    /// <summary>Deleting what is not there is no error.</summary>
    public async Task DeleteAsync(Caller caller, LayerVersionArn arn, CancellationToken cancellationToken)
    {
        LayerAccess.RequireNumber(arn);
        LayerAccess.Require(caller, arn.Layer.Account, "lambda:DeleteLayerVersion", arn.ToString());
        await catalog.CommitAsync(
            transaction =>
            {
                LayerDocuments.DeleteVersion(transaction, arn);
                return true;
            },
            cancellationToken);
        Deleted?.Invoke();
    }

    /// <summary>
    /// The layers a function names, checked by every rule of attaching (count, same region, duplicates, existence) with AWS's texts, in merge order.
    /// <paramref name="attached"/> are those the function version has already: they stay attachable after deletion and without permission.
    /// </summary>
    public ImmutableArray<LayerReference> ResolveStack(
        Caller caller, IReadOnlyList<string> arns, ImmutableArray<LayerReference> attached)
    {
        if (arns.Count > Limits.LayersPerFunction)
        {
            throw AwsError.InvalidParameterValue($"Cannot reference more than {Limits.LayersPerFunction} layers.");
        }

        LayerVersionArn[] stack = [.. arns.Select(Parse)];
        foreach (LayerVersionArn arn in stack)
        {
            if (arn.Layer.Region != caller.Region)
            {
                throw AwsError.InvalidParameterValue(
                    $"Layers are not in the same region as the function. Layers are expected to be in region {caller.Region}.");
            }
        }

        RefuseTwoVersions(stack);
        return [.. stack.Select(arn => Resolve(caller, arn, attached))];
    }

    private static LayerVersionArn Parse(string text) => LayerVersionArn.TryParse(text, out LayerVersionArn? arn)
        ? arn
        : throw AwsError.InvalidParameterValue($"Layer version {text} does not exist.");

    private static void RefuseTwoVersions(LayerVersionArn[] stack)
    {
        for (int i = 0; i < stack.Length; i++)
        {
            int other = Array.FindIndex(stack, i + 1, arn => arn.Layer == stack[i].Layer);
            if (other >= 0)
            {
                throw AwsError.InvalidParameterValue(
                    "Two different versions of the same layer are not allowed to be referenced in the same function. "
                    + $"{stack[i]} and {stack[other]} are versions of the same layer.");
            }
        }
    }

    private static IEnumerable<LayerVersion> ReadVersions(CatalogSnapshot snapshot, string prefix, string? after) =>
        snapshot.Scan(LayerDocuments.Versions, prefix, after).Select(static document => document.Read(LayersJson.Default.LayerVersion));

    private LayerReference Resolve(Caller caller, LayerVersionArn arn, ImmutableArray<LayerReference> attached)
    {
        string text = arn.ToString();
        if (attached.FirstOrDefault(layer => layer.Arn == text) is { } known)
        {
            return known;
        }

        permissions.RequireUsable(catalog.Current, caller, arn);
        LayerVersion version = Find(arn) ?? throw AwsError.InvalidParameterValue($"Layer version {text} does not exist.");
        return new LayerReference { Arn = text, Content = version.Content };
    }

    private LayerVersion? Find(LayerVersionArn arn) => LayerDocuments.FindVersion(catalog.Current, arn);
}
