using System.Globalization;
using System.Text.RegularExpressions;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.Ssm;

/// <summary>Labels of parameters' versions: a label is at one version of a parameter, and moves.</summary>
public sealed partial class ParameterLabels(ICatalog catalog)
{
    /// <summary>The version labelled, and the labels that cannot be ones.</summary>
    /// <param name="version">Null: the newest.</param>
    public Task<(long Version, IReadOnlyList<string> Invalid)> AddAsync(
        Caller caller, string name, long? version, IReadOnlyList<string> labels, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            Parameter parameter = Parameters.Require(transaction, caller, name);
            ParameterVersion labelled = Require(transaction, parameter, version ?? parameter.Newest);
            string[] invalid = [.. labels.Where(static label => !IsValid(label))];
            string[] valid = [.. labels.Except(invalid)];
            ParameterVersion after = labelled with { Labels = [.. labelled.Labels.Union(valid)] };
            if (after.Labels.Length > Limits.LabelsPerParameterVersion)
            {
                throw SsmErrors.TooManyLabels();
            }

            ParameterVersion[] others =
            [
                .. ParameterDocuments.ListVersions(transaction, parameter, after: 0)
                    .Where(other => other.Version != labelled.Version && other.Labels.Any(valid.Contains)),
            ];
            foreach (ParameterVersion other in others)
            {
                ParameterDocuments.Put(transaction, parameter, other with { Labels = other.Labels.RemoveAll(valid.Contains) });
            }

            ParameterDocuments.Put(transaction, parameter, after);
            return (labelled.Version, (IReadOnlyList<string>)invalid);
        },
        cancellationToken);

    /// <summary>The labels removed, and those that were not there.</summary>
    public Task<(IReadOnlyList<string> Removed, IReadOnlyList<string> Invalid)> RemoveAsync(
        Caller caller, string name, long version, IReadOnlyList<string> labels, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            Parameter parameter = Parameters.Require(transaction, caller, name);
            ParameterVersion labelled = Require(transaction, parameter, version);
            string[] removed = [.. labels.Intersect(labelled.Labels)];
            ParameterDocuments.Put(transaction, parameter, labelled with { Labels = labelled.Labels.RemoveRange(removed) });
            return ((IReadOnlyList<string>)removed, (IReadOnlyList<string>)[.. labels.Except(removed)]);
        },
        cancellationToken);

    private static ParameterVersion Require(CatalogSnapshot snapshot, Parameter parameter, long version) =>
        ParameterDocuments.FindVersion(snapshot, parameter, version)
        ?? throw SsmErrors.VersionNotFound(parameter.Name, version.ToString(CultureInfo.InvariantCulture));

    private static bool IsValid(string label) => LabelPattern().IsMatch(label)
        && !label.StartsWith("aws", StringComparison.OrdinalIgnoreCase) && !label.StartsWith("ssm", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\A[a-zA-Z_.\-][a-zA-Z0-9_.\-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelPattern();
}
