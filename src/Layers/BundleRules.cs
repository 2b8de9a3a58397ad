using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>What an index must be beyond its form: whoever writes a bundle by another program meets these.</summary>
internal static class BundleRules
{
    public static void Check(BundleIndex index)
    {
        HashSet<Sha256> archives = [.. index.Archives.Select(static archive => archive.Sha256)];
        Dictionary<string, long> layers = new(StringComparer.Ordinal);
        foreach (BundledLayer layer in index.Layers)
        {
            if (!layers.TryAdd(layer.Arn, layer.LastVersion))
            {
                throw LayerBundle.Damaged($"it lists the layer {layer.Arn} twice");
            }
        }

        HashSet<string> versions = new(StringComparer.Ordinal);
        HashSet<Sha256> used = [];
        foreach (BundledVersion version in index.Versions)
        {
            Check(version, archives, layers);
            used.Add(version.CodeSha256);
            if (!versions.Add(version.Arn))
            {
                throw LayerBundle.Damaged($"it lists {version.Arn} twice");
            }
        }

        if (used.Count != archives.Count)
        {
            throw LayerBundle.Damaged("it holds an archive that no version has");
        }
    }

    private static void Check(BundledVersion version, HashSet<Sha256> archives, Dictionary<string, long> layers)
    {
        if (!LayerVersionArn.TryParse(version.Arn, out LayerVersionArn? arn) || arn.Version < 1 || arn.ToString() != version.Arn)
        {
            throw LayerBundle.Damaged($"'{version.Arn}' is not the ARN of a layer version");
        }

        if (!layers.TryGetValue(arn.Layer.ToString(), out long last) || last < arn.Version)
        {
            throw LayerBundle.Damaged($"it does not list the layer of {arn} with a number as high as the version's");
        }

        if (!archives.Contains(version.CodeSha256))
        {
            throw LayerBundle.Damaged($"the archive of {arn} is missing");
        }

        if (version.Policy is { } policy && policy.Policy.Statement.Any(statement => statement.Resource != version.Arn))
        {
            throw LayerBundle.Damaged($"the policy of {arn} speaks of another resource");
        }
    }
}
