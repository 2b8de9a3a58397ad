using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.Ssm;

/// <summary>Tags of parameters. Other resources of Systems Manager are not served.</summary>
public sealed class ParameterTags(ICatalog catalog)
{
    public IReadOnlyDictionary<string, string> List(Caller caller, string resourceType, string name) =>
        Require(catalog.Current, caller, resourceType, name).Tags;

    public Task AddAsync(
        Caller caller, string resourceType, string name, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        ChangeAsync(caller, resourceType, name, before => before.SetItems(tags), cancellationToken);

    public Task RemoveAsync(Caller caller, string resourceType, string name, IEnumerable<string> keys, CancellationToken cancellationToken) =>
        ChangeAsync(caller, resourceType, name, before => before.RemoveRange(keys), cancellationToken);

    private Task ChangeAsync(
        Caller caller,
        string resourceType,
        string name,
        Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change,
        CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            Parameter parameter = Require(transaction, caller, resourceType, name);
            ImmutableSortedDictionary<string, string> tags = change(parameter.Tags);
            ParameterDocuments.Put(transaction, tags.Count <= Limits.TagsPerResource ? parameter with { Tags = tags } : throw SsmErrors.TooManyTags());
            return true;
        },
        cancellationToken);

    private static Parameter Require(CatalogSnapshot snapshot, Caller caller, string resourceType, string name)
    {
        if (resourceType != "Parameter")
        {
            throw SsmErrors.InvalidResourceType();
        }

        return ParameterDocuments.Find(snapshot, caller, name) ?? throw SsmErrors.InvalidResourceId();
    }
}
