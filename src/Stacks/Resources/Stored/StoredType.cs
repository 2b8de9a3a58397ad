using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Lamina.Stacks.Engine;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;
using Lamina.Store;

namespace Lamina.Stacks.Resources.Stored;

/// <summary>
/// A type whose resources are checked and kept, for the room that will serve them: what it is stands in stored-types.json. Facts: the
/// resource types' schemas of CloudFormation (resource and property reference).
/// </summary>
internal sealed partial class StoredType : IResourceType
{
    private const int DefaultNameLength = 64;

    private readonly ICatalog _catalog;
    private readonly StoredTypeEntry _entry;

    private StoredType(string name, StoredTypeEntry entry, ICatalog catalog)
    {
        Name = name;
        _entry = entry;
        _catalog = catalog;
        Shape = new ResourceShape
        {
            Known = ResourceShape.Set(Words(entry.Properties)),
            Required = Words(entry.Required),
            Replacing = ResourceShape.Set(Words(entry.Replace)),
            NameProperty = entry.Name,
            MaxNameLength = entry.Max ?? DefaultNameLength,
            HasLowerCaseName = entry.Lower,
            Attributes = ResourceShape.Set([.. entry.Attributes.Keys]),
        };
    }

    public string Name { get; }

    public ResourceShape Shape { get; }

    public static IEnumerable<StoredType> All(ICatalog catalog)
    {
        using Stream stream = typeof(StoredType).Assembly.GetManifestResourceStream("stored-types.json")!;
        Dictionary<string, StoredTypeEntry> entries = JsonSerializer.Deserialize(stream, StoredTypesJson.Default.DictionaryStringStoredTypeEntry)!;
        return entries.Select(entry => new StoredType(entry.Key, entry.Value, catalog)).ToList();
    }

    public bool IsSame(PhysicalResource one, PhysicalResource? other) => one.PhysicalId == other?.PhysicalId
        && (_entry.Within is not { } parent
            || Scalars.Same(PropertiesJson.ReadMap(one.Properties)[parent], PropertiesJson.ReadMap(other.Properties)[parent]));

    public string? MarkBefore(ResourceCall call)
    {
        string reference = ReferenceOf(call);
        return StoredResources.Find(_catalog.Current, call.Caller, Name, PlaceOf(call, reference)) is null ? null : throw Faults.Exists(Name, reference);
    }

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        ResourceResult result = ResultOf(call, call.Name);
        await PutAsync(call, result, cancellationToken);
        return result;
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        StoredResource stored = StoredResources.Find(_catalog.Current, call.Caller, Name, PlaceOf(call, call.PhysicalId!))
            ?? throw StackErrors.Validation($"Resource of type '{Name}' with identifier '{call.PhysicalId}' was not found.");
        ResourceResult result = ResultOf(call, stored.Name);
        await PutAsync(call with { Name = stored.Name }, result with { PhysicalId = call.PhysicalId! }, cancellationToken);
        return result with { PhysicalId = call.PhysicalId! };
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => _catalog.CommitAsync(
        transaction =>
        {
            StoredResources.Delete(transaction, call.Caller, Name, PlaceOf(call, call.PhysicalId!));
            return true;
        },
        cancellationToken);

    private static string[] Words(string? text) => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private Task PutAsync(ResourceCall call, ResourceResult result, CancellationToken cancellationToken) => _catalog.CommitAsync(
        transaction =>
        {
            StoredResources.Put(transaction, new StoredResource
            {
                Account = call.Caller.Account.Value,
                Region = call.Caller.Region,
                Type = Name,
                PhysicalId = result.PhysicalId,
                Name = call.Name,
                Properties = PropertiesJson.Write(call.Properties),
                Attributes = PropertiesJson.Write(result.Attributes),
                StackId = call.Stack.Id,
                LogicalId = call.LogicalId,
            }, PlaceOf(call, result.PhysicalId));
            return true;
        },
        cancellationToken);

    /// <summary>A stage's physical id is its name, which every API may have.</summary>
    private string PlaceOf(ResourceCall call, string physicalId) => _entry.Within is null ? physicalId : $"{call.Text(_entry.Within)}/{physicalId}";

    private string ReferenceOf(ResourceCall call) => Filled(_entry.Ref, call, call.Name);

    private ResourceResult ResultOf(ResourceCall call, string name)
    {
        TemplateMap attributes = [];
        foreach ((string attribute, string form) in _entry.Attributes)
        {
            attributes[attribute] = Filled(form, call, name);
        }

        return new ResourceResult(Filled(_entry.Ref, call, name), attributes);
    }

    /// <summary>Ids follow from stack, resource and name, so that a repeated creation gives the same ones.</summary>
    private static string Filled(string form, ResourceCall call, string name) => Placeholder().Replace(form, match => match.Groups[1].Value switch
    {
        "Region" => call.Caller.Region,
        "Account" => call.Caller.Account.Value,
        "Name" => name,
        "Id" => IdOf(call, name, "id", 10),
        "Root" => IdOf(call, name, "root", 10),
        "Short" => IdOf(call, name, "short", 6),
        "Guid" => new Guid(HashOf(call, name, "guid").AsSpan(0, 16)).ToString(),
        var property => call.Text(property["Property.".Length..]) ?? name,
    });

    private static string IdOf(ResourceCall call, string name, string what, int length) =>
        string.Concat(HashOf(call, name, what).Take(length).Select(static unit => "abcdefghijklmnopqrstuvwxyz0123456789"[unit % 36]));

    private static byte[] HashOf(ResourceCall call, string name, string what) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{call.Stack.Id}/{call.LogicalId}/{name}/{what}"));

    [GeneratedRegex(@"\$\{([A-Za-z.]+)\}")]
    private static partial Regex Placeholder();
}

/// <summary>One entry of stored-types.json; words are separated by blanks.</summary>
internal sealed record StoredTypeEntry
{
    public string? Name { get; init; }

    /// <summary>Characters of a name; 64 where it is not said.</summary>
    public int? Max { get; init; }

    /// <summary>Whether a name made for it is in lower case.</summary>
    public bool Lower { get; init; }

    public string? Required { get; init; }

    /// <summary>The property that names its parent, where physical ids are unique only in there.</summary>
    public string? Within { get; init; }

    public string? Replace { get; init; }

    public required string Properties { get; init; }

    public required string Ref { get; init; }

    public required Dictionary<string, string> Attributes { get; init; }
}

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Dictionary<string, StoredTypeEntry>))]
internal sealed partial class StoredTypesJson : JsonSerializerContext;
