using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.Ssm;

/// <summary>A parameter with the version that was asked for.</summary>
/// <param name="Value">Of a SecureString as it is stored, unless decryption was asked for.</param>
/// <param name="Selector">As the request had it, with its colon.</param>
public sealed record FoundParameter(Parameter Parameter, ParameterVersion Version, string Value, string? Selector);

/// <summary>Puts, finds and deletes parameters.</summary>
public sealed class Parameters(ICatalog catalog, ParameterVault vault, TimeProvider time)
{
    private static readonly ImmutableArray<string> DataTypes = ["text", "aws:ec2:image", "aws:ssm:integration"];

    /// <summary>The new version. Throws <c>ParameterAlreadyExists</c> when it is not to overwrite.</summary>
    public Task<ParameterVersion> PutAsync(Caller caller, ParameterDraft draft, CancellationToken cancellationToken)
    {
        if (draft.Overwrite && draft.Tags.Count > 0)
        {
            throw SsmErrors.Validation(
                "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. "
                + "To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.");
        }

        ParameterRules.CheckName(draft.Name);
        if (draft.Value.Length == 0)
        {
            throw SsmErrors.Validation(
                "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.");
        }

        if (draft.DataType is { } dataType && !DataTypes.Contains(dataType))
        {
            throw SsmErrors.UnsupportedType(dataType);
        }

        return catalog.CommitAsync(transaction => Put(transaction, caller, draft), cancellationToken);
    }

    /// <summary>Throws <c>ParameterNotFound</c> or <c>ParameterVersionNotFound</c>.</summary>
    /// <param name="text">A name or ARN, with or without a version or label behind a colon.</param>
    public FoundParameter Get(Caller caller, string text, bool decrypt) => Find(caller, text, decrypt) ?? throw SsmErrors.NotFound();

    /// <summary>Null when there is none of the name; throws <c>ParameterVersionNotFound</c> when there is, and no such version.</summary>
    public FoundParameter? Find(Caller caller, string text, bool decrypt)
    {
        ParameterSelector selector = ParameterSelector.Parse(caller, text);
        CatalogSnapshot snapshot = catalog.Current;
        if (FindNamed(snapshot, caller, selector) is not { } parameter)
        {
            return null;
        }

        ParameterVersion version = Select(snapshot, parameter, selector) ?? throw SsmErrors.VersionNotFound(parameter.Name, selector.Selector!);
        return new FoundParameter(
            parameter, version, ValueOf(parameter, version, decrypt), selector.Selector is null ? null : $":{selector.Selector}");
    }

    /// <summary>All parameters of the caller whose names start with the prefix, each with its newest version, in the order of their names.</summary>
    public IEnumerable<FoundParameter> List(Caller caller, string prefix, string? after, bool decrypt)
    {
        CatalogSnapshot snapshot = catalog.Current;
        return ParameterDocuments.List(snapshot, caller, prefix, after)
            .Select(parameter => (parameter, Version: ParameterDocuments.FindVersion(snapshot, parameter, parameter.Newest)!))
            .Select(found => new FoundParameter(found.parameter, found.Version, ValueOf(found.parameter, found.Version, decrypt), Selector: null));
    }

    /// <summary>What lies below a path, in the order of its names.</summary>
    /// <param name="recursive">Also what lies deeper than the path's own level.</param>
    public IEnumerable<FoundParameter> ListByPath(Caller caller, string path, bool recursive, string? after, bool decrypt)
    {
        ParameterRules.CheckPath(path);
        string prefix = path == "/" ? "" : path.TrimEnd('/') + "/";
        return List(caller, prefix, after, decrypt).Where(found => ParameterFilter.IsBelow(found.Parameter.Name, path, recursive));
    }

    /// <summary>The oldest first, after a version.</summary>
    public IEnumerable<FoundParameter> History(Caller caller, string name, long after, bool decrypt)
    {
        CatalogSnapshot snapshot = catalog.Current;
        Parameter parameter = Require(snapshot, caller, name);
        return ParameterDocuments.ListVersions(snapshot, parameter, after)
            .Select(version => new FoundParameter(parameter, version, ValueOf(parameter, version, decrypt), Selector: null));
    }

    public Task DeleteAsync(Caller caller, string name, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            ParameterDocuments.Delete(transaction, Require(transaction, caller, name));
            return true;
        },
        cancellationToken);

    /// <summary>Those that were there.</summary>
    public Task<IReadOnlyList<string>> DeleteAsync(Caller caller, IReadOnlyList<string> names, CancellationToken cancellationToken) => catalog.CommitAsync(
        transaction =>
        {
            List<string> deleted = [];
            foreach (string name in names.Distinct(StringComparer.Ordinal))
            {
                if (ParameterSelector.Parse(caller, name) is { Selector: null } selector && FindNamed(transaction, caller, selector) is { } parameter)
                {
                    ParameterDocuments.Delete(transaction, parameter);
                    deleted.Add(name);
                }
            }

            return (IReadOnlyList<string>)deleted;
        },
        cancellationToken);

    internal static Parameter Require(CatalogSnapshot snapshot, Caller caller, string name) =>
        (ParameterSelector.Parse(caller, name) is { Selector: null } selector ? FindNamed(snapshot, caller, selector) : null) ?? throw SsmErrors.NotFound();

    private static Parameter? FindNamed(CatalogSnapshot snapshot, Caller caller, ParameterSelector selector) =>
        selector.Names.Select(name => ParameterDocuments.Find(snapshot, caller, name)).FirstOrDefault(static found => found is not null);

    private static ParameterVersion? Select(CatalogSnapshot snapshot, Parameter parameter, ParameterSelector selector) => selector switch
    {
        { Selector: null } => ParameterDocuments.FindVersion(snapshot, parameter, parameter.Newest),
        { Version: { } version } => ParameterDocuments.FindVersion(snapshot, parameter, version),
        _ => ParameterDocuments.ListVersions(snapshot, parameter, after: 0).FirstOrDefault(version => version.Labels.Contains(selector.Selector)),
    };

    private ParameterVersion Put(CatalogTransaction transaction, Caller caller, ParameterDraft draft)
    {
        Parameter? parameter = ParameterDocuments.Find(transaction, caller, draft.Name);
        if (parameter is not null && !draft.Overwrite)
        {
            throw SsmErrors.AlreadyExists();
        }

        ParameterVersion? before = parameter is null ? null : ParameterDocuments.FindVersion(transaction, parameter, parameter.Newest);
        parameter = parameter is null ? New(caller, draft) : WithRoomForOne(transaction, parameter);
        ParameterVersion version = VersionOf(caller, draft, parameter, before);
        ParameterDocuments.Put(transaction, parameter);
        ParameterDocuments.Put(transaction, parameter, version);
        return version;
    }

    private static Parameter New(Caller caller, ParameterDraft draft) => draft.Tags.Count > Limits.TagsPerResource ? throw SsmErrors.TooManyTags() : new()
    {
        Name = draft.Name,
        Account = caller.Account.Value,
        Region = caller.Region,
        Newest = 1,
        Oldest = 1,
        Tags = draft.Tags.ToImmutableSortedDictionary(StringComparer.Ordinal),
    };

    /// <summary>The oldest version makes room for a new one, unless it has a label.</summary>
    private static Parameter WithRoomForOne(CatalogTransaction transaction, Parameter parameter)
    {
        parameter = parameter with { Newest = parameter.Newest + 1 };
        if (parameter.Newest - parameter.Oldest < Limits.VersionsPerParameter)
        {
            return parameter;
        }

        if (ParameterDocuments.FindVersion(transaction, parameter, parameter.Oldest) is { Labels.IsEmpty: false })
        {
            throw SsmErrors.OldestIsLabelled(parameter.Name, parameter.Oldest);
        }

        ParameterDocuments.DeleteVersion(transaction, parameter, parameter.Oldest);
        return parameter with { Oldest = parameter.Oldest + 1 };
    }

    private ParameterVersion VersionOf(Caller caller, ParameterDraft draft, Parameter parameter, ParameterVersion? before)
    {
        draft = Completed(draft, before);
        string type = draft.Type ?? throw SsmErrors.Validation("A parameter type is required when you create a parameter.");
        bool isSecure = type == ParameterTypes.SecureString;
        ParameterRules.CheckPattern(draft.Value, draft.AllowedPattern);
        return new ParameterVersion
        {
            Name = parameter.Name,
            Version = parameter.Newest,
            Type = type,
            Tier = ParameterRules.TierOf(draft.Value, draft.Tier, before?.Tier),
            Value = isSecure ? vault.Encrypt(draft.Value, parameter.Arn) : draft.Value,
            DataType = draft.DataType ?? DataTypes[0],
            LastModified = time.GetUtcNow().ToUnixTimeMilliseconds(),
            LastModifiedUser = caller.PrincipalArn,
            KeyId = isSecure ? draft.KeyId ?? ParameterRules.DefaultKey : null,
            Description = draft.Description,
            AllowedPattern = draft.AllowedPattern,
        };
    }

    /// <summary>What is not said anew stays. Throws for a key of what is not to be encrypted.</summary>
    private static ParameterDraft Completed(ParameterDraft draft, ParameterVersion? before)
    {
        if (draft.KeyId is not null && (draft.Type ?? before?.Type) != ParameterTypes.SecureString)
        {
            throw SsmErrors.Validation("KeyId is required for SecureString type parameter only.");
        }

        return before is null ? draft : draft with
        {
            Type = draft.Type ?? before.Type,
            KeyId = draft.KeyId ?? before.KeyId,
            Description = draft.Description ?? before.Description,
            AllowedPattern = draft.AllowedPattern ?? before.AllowedPattern,
            DataType = draft.DataType ?? before.DataType,
        };
    }

    private string ValueOf(Parameter parameter, ParameterVersion version, bool decrypt) =>
        version.IsSecure && decrypt ? vault.Decrypt(version.Value, parameter.Arn) : version.Value;
}
